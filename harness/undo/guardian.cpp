#include "undo/guardian.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "base/parallel.hpp"
#include "undo/journal.hpp"

namespace rehearse {
namespace {

constexpr char farewell = '.';
constexpr int64_t farewell_ms = 3'000;
constexpr int64_t retry_ms = 300;
constexpr size_t threads_max = 16;

// The file that runs now; where it was replaced on disk meanwhile, the kernel still knows it.
std::string own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return !error && std::filesystem::exists(path, error) ? path.string() : "/proc/self/exe";
}

bool is_quick(const UndoStep& step) {
  return step.action != "start";
}

struct Wound {
  PlannedFault fault;
  Status healed = {};
  // What the journal says of it is not understood, and will not be the next time.
  bool hopeless() const { return !healed && healed.error().code == ExitCode::bug; }
};

class Healing {
 public:
  Healing(const GuardianDuty& duty, std::vector<PlannedFault> open)
      : duty_(duty), deadline_ns_(monotonic_ns() + ms(duty.deadline_ms)) {
    for (auto& fault : open) open_.push_back({std::move(fault)});
  }
  ~Healing() {
    if (log_ >= 0) ::close(log_);
  }

  Status heal();
  void log(const std::string& text);

 private:
  static int64_t ms(int64_t length_ms) { return length_ms * ns_per_ms; }
  Status try_until_healed();
  Status heal_once();
  Status carry_out(const PlannedFault& fault, const std::vector<UndoStep>& steps);
  bool wait(int64_t length_ms) const;
  Status conclude(Journal* journal);

  const GuardianDuty& duty_;
  std::vector<Wound> open_;
  const int64_t deadline_ns_;
  const int64_t began_ns_ = monotonic_ns();
  std::mutex log_mutex_;
  int log_ = -1;
};

void Healing::log(const std::string& text) {
  const std::lock_guard lock(log_mutex_);
  if (log_ < 0)
    log_ = ::open((duty_.run_dir + "/guardian.log").c_str(),
                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string line = fmt::format("{} +{} ms  {}\n", rfc3339(wall_ns()),
                                       (monotonic_ns() - began_ns_) / ns_per_ms, text);
  (void)!::write(log_, line.data(), line.size());
}

// False when the deadline came first, or nobody needs us any more.
bool Healing::wait(int64_t length_ms) const {
  const int64_t end_ns = monotonic_ns() + ms(length_ms);
  while (duty_.needed() && monotonic_ns() < deadline_ns_) {
    const int64_t left_ns = end_ns - monotonic_ns();
    if (left_ns <= 0) return true;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(left_ns, ms(100))));
  }
  return false;
}

Status Healing::carry_out(const PlannedFault& fault, const std::vector<UndoStep>& steps) {
  if (steps.empty()) return {};
  const auto done = undo(duty_.runtime, steps);
  std::vector<std::string> words;
  for (const auto& step : steps)
    words.push_back(fmt::format("{} {}", step.action, fmt::join(step.nodes, " ")));
  log(fmt::format("{}: {}: {}", fault.id, fmt::join(words, ", "),
                  done ? "done" : done.error().message));
  return done;
}

// Quick steps stand before slow ones here whatever their order in the plan; a plan with slow ones
// is therefore carried out once more as a whole, in its own order. Every step is idempotent.
Status Healing::heal_once() {
  std::vector<std::function<Status()>> quick, whole;
  for (auto& wound : open_) {
    if (wound.hopeless()) continue;
    const auto& all = wound.fault.undo;
    std::vector<UndoStep> steps;
    std::ranges::copy_if(all, std::back_inserter(steps), is_quick);
    quick.push_back([this, &wound, steps]() -> Status {
      wound.healed = carry_out(wound.fault, steps);
      return {};
    });
    if (steps.size() < all.size())
      whole.push_back([this, &wound]() -> Status {
        wound.healed = carry_out(wound.fault, wound.fault.undo);
        return {};
      });
  }
  (void)run_parallel(quick, threads_max);
  (void)run_parallel(whole, threads_max);
  for (const auto& wound : open_)
    if (!wound.healed && !wound.hopeless()) return wound.healed;
  return {};
}

Status Healing::try_until_healed() {
  while (true) {
    const Status done = heal_once();
    if (done || !wait(retry_ms)) return done;
  }
}

Status Healing::heal() {
  if (!duty_.needed()) return {};
  if (open_.empty()) {
    log("the harness is gone; nothing was left to heal");
    return {};
  }
  log(fmt::format("the harness is gone; {} to heal", open_.size()));
  auto journal = Journal::resume(duty_.run_dir + "/faults.jsonl", "guardian");
  // Without a journal to write to it still heals: `undo` will merely do it again.
  if (!journal) log(journal.error().message);
  Status done = try_until_healed();
  if (done) log("healed; once more when all that was begun has ended");
  if (done && wait(duty_.settle_ms)) done = try_until_healed();
  if (!duty_.needed()) {
    log("no longer needed: the stack is another's by now");
    return {};
  }
  if (!done) {
    log("not healed: " + done.error().message);
    return done;
  }
  return conclude(journal ? journal->get() : nullptr);
}

Status Healing::conclude(Journal* journal) {
  Status first;
  for (const auto& wound : open_) {
    Status done = wound.healed;
    if (done && journal) done = journal->healed_by(wound.fault.id, "guardian");
    if (!done && first) first = done;
  }
  log(first ? "healed" : "not all is healed: " + first.error().message);
  return first;
}

}  // namespace

Status heal_all(const GuardianDuty& duty) {
  std::vector<std::string> unreadable;
  auto open = read_unhealed(duty.run_dir + "/faults.jsonl", &unreadable);
  Healing healing(duty, open ? std::move(*open) : std::vector<PlannedFault>{});
  if (!open) {
    healing.log("what was planned is not known: " + open.error().message);
    return std::unexpected(open.error());
  }
  for (const auto& line : unreadable) healing.log(line);
  return healing.heal();
}

Status guard(const GuardianDuty& duty, int stream) {
  const int64_t end_ns = monotonic_ns() + duty.watch_ms_max * ns_per_ms;
  pollfd heard{stream, POLLIN, 0};
  while (::poll(&heard, 1, static_cast<int>(duty.look_ms)) <= 0)
    if (!duty.needed() || monotonic_ns() > end_ns) return {};
  char byte = 0;
  if (::read(stream, &byte, 1) == 1) return {};
  return heal_all(duty);
}

Result<std::unique_ptr<Companion>> start_guardian(const std::string& run_dir) {
  return Companion::start({own_program(), "guardian", run_dir});
}

Status dismiss_guardian(Companion& guardian) {
  return guardian.finish(std::string(1, farewell), farewell_ms);
}

}  // namespace rehearse
