#include "engine/stage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>

#include "base/clock.hpp"
#include "platform/emergency.hpp"
#include "platform/fence.hpp"
#include "platform/platform.hpp"
#include "platform/residue.hpp"
#include "platform/rest_watch.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

constexpr int64_t ready_deadline_ns = 240 * ns_per_s;
constexpr size_t log_lines_shown = 5;
constexpr int logs_shown = 3;

std::string last_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back("    " + line);
    if (lines.size() > log_lines_shown) lines.erase(lines.begin());
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

class Hurry {
 public:
  explicit Hurry(Observer& observer) : observer_(observer) { observer_.hurry(true); }
  ~Hurry() { observer_.hurry(false); }
  Hurry(const Hurry&) = delete;
  Hurry& operator=(const Hurry&) = delete;

 private:
  Observer& observer_;
};

}  // namespace

Stage::Stage(Stack stack, Runtime& runtime, Recorder& recorder, LiveView& live, Cancelled cancelled)
    : stack_(std::move(stack)),
      runtime_(runtime),
      recorder_(recorder),
      live_(live),
      cancelled_(std::move(cancelled)) {}

Stage::~Stage() = default;

void Stage::watch() {
  observer_ = std::make_unique<Observer>(
      stack_, [this](int64_t at_ns, const std::string& node, const std::string& role,
                     int64_t resolution_ns) { recorder_.role(at_ns, node, role, resolution_ns); });
}

Result<double> Stage::raise(const StackPlaces& places) {
  const int64_t began_ns = monotonic_ns();
  watch();
  const int64_t deadline_ns = began_ns + ready_deadline_ns;
  if (auto made = rehearse::raise(runtime_, stack_, places); !made)
    return std::unexpected(made.error());
  const bool whole = observer_->wait_until(
      [&](const StackView& view) {
        const auto missing = missing_redundancy(stack_, view);
        live_.status(fmt::format("raising {:5.1f} s  {}",
                                 static_cast<double>(monotonic_ns() - began_ns) / ns_per_s,
                                 missing.empty() ? "whole" : missing.front()));
        return missing.empty();
      },
      deadline_ns, cancelled_);
  if (cancelled_()) return fail(ExitCode::interrupted, "interrupted while the stack came up");
  if (!whole) return fail(ExitCode::machine, why_not_ready(places));
  return static_cast<double>(monotonic_ns() - began_ns) / ns_per_ms;
}

std::string Stage::why_not_ready(const StackPlaces& places) const {
  const auto view = observer_->view();
  std::string text =
      fmt::format("the stack did not become whole within {} s: {}", ready_deadline_ns / ns_per_s,
                  fmt::join(missing_redundancy(stack_, view), ", "));
  const auto states = runtime_.states();
  const auto has_ended = [&](const std::string& node) {
    if (!states) return false;
    const auto state = states->find(node);
    return state != states->end() && !state->second.running;
  };
  int shown = 0;  // those that were made first come first, and so do their troubles
  for (const auto& node : stack_.nodes)
    if (const auto seen = view.nodes.find(node.name);
        seen != view.nodes.end() && !seen->second.healthy && ++shown <= logs_shown)
      text += fmt::format("\n  last lines of {}{}:\n{}", node.name,
                          has_ended(node.name) ? ", whose process has ended" : "",
                          last_lines(places.log_dir + "/" + node.name + ".log"));
  return text;
}

Status Stage::wait_whole(int64_t since_ns, int64_t deadline_ns) {
  const Hurry hurry(*observer_);
  const bool whole =
      observer_->wait_until([&](const StackView& view) { return is_whole(stack_, view, since_ns); },
                            deadline_ns, cancelled_);
  if (whole) return {};
  if (cancelled_()) return fail(ExitCode::interrupted, "interrupted while the stack came up");
  return fail(ExitCode::machine, fmt::format("the stack that is up is not whole: {}; take it down "
                                             "by `./rehearse down`",
                                             fmt::join(missing(), ", ")));
}

Status Stage::wait_idle(int64_t since_ns, int64_t deadline_ns) {
  const Platform platform(stack_);
  RestWatch rest(platform, since_ns);
  const Hurry hurry(*observer_);
  const bool done = observer_->wait_until(
      [&](const StackView& view) {
        if (rest.at_rest(view, monotonic_ns())) return true;
        if (!rest.pending().empty()) live_.status("coming to rest: " + rest.pending().front());
        return false;
      },
      deadline_ns, cancelled_);
  if (done) return {};
  return fail(ExitCode::inconclusive, fmt::format("the platform did not come to rest in time: {}",
                                                  fmt::join(rest.pending(), ", ")));
}

Status Stage::fence(int64_t deadline_ns) {
  const std::string region = Platform(stack_).serving_region(observer_->view());
  if (auto fenced = fence_writers(stack_, deadline_ns, region); !fenced) return fenced;
  recorder_.event("engine", "writers fenced");
  return wait_idle(monotonic_ns(), deadline_ns);
}

BooksSource Stage::books_source() const {
  return Platform(stack_).books_source(observer_->view());
}

PlatformEdges Stage::edges() const {
  return Platform(stack_).edges();
}

Result<std::vector<std::string>> Stage::residue() const {
  auto left = residue_of(runtime_, stack_);
  if (!left) return left;
  const auto emergency = emergency_left(stack_);
  if (emergency && *emergency) left->push_back(**emergency);
  if (!emergency && left->empty()) return std::unexpected(emergency.error());
  return left;
}

std::vector<std::string> Stage::missing() const {
  return missing_redundancy(stack_, observer_->view());
}

std::string Stage::roles_line() const {
  const auto view = observer_->view();
  std::string line;
  for (const auto& component : stack_.file.components) {
    const auto words = technology_of(component).roles_line(stack_, component, view);
    if (!words.empty()) line += fmt::format("{}{}", line.empty() ? "" : " · ", words);
  }
  return line;
}

}  // namespace rehearse
