// Fuzzes the HTTP surfaces of the reference casino, each in a child of its own, so that one that
// dies does not hide the others. http_fuzz FOLDER: an offending input is left there as NAME.bin.
//
// A surface fails when its child dies or hangs (a sanitizer's report is a death), when an exception
// leaves it, when an answer's status is none, when an invariant of it is broken, when an input
// takes too long, when a well-formed request is refused or a hostile one is not.
#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "fuzz.hpp"

namespace casino::fuzz {
namespace {

constexpr size_t input_bytes_max = 8 << 20, wrong_bytes_max = 1024;
// By the processor's time, which a busy machine does not stretch; the wall's is for what waits.
constexpr int64_t cpu_ns_max = rehearse::ns_per_s, wall_ns_max = 10 * rehearse::ns_per_s;

// In memory that the child shares with us: what it was doing survives its death.
struct Progress {
  uint64_t iteration, tried, accepted, refused;
  bool over;
  size_t wrong_size, input_size;
  char wrong[wrong_bytes_max];
  char input[input_bytes_max];
};

struct Options {
  uint64_t seed = 1;
  int64_t seconds = 6;
  std::string only, folder;
};

std::string text_of_request(const Request& request) {
  std::string text = request.method + ' ' + request.path + '?' + request.query + '\n';
  for (const auto& [name, value] : request.headers) text += name + ": " + value + '\n';
  return text + '\n' + request.body;
}

int64_t cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * rehearse::ns_per_s + now.tv_nsec;
}

// FNV-1a: each surface and iteration has a generator of its own, so that one can be made again
// without those before it.
uint64_t seed_of(uint64_t seed, std::string_view name, uint64_t iteration) {
  uint64_t hash = 14'695'981'039'346'656'037u;
  const std::string text = fmt::format("{}/{}/{}", seed, name, iteration);
  for (const unsigned char c : text) hash = (hash ^ c) * 1'099'511'628'211u;
  return hash;
}

// The child's side.
class Runner {
 public:
  Runner(const Surface& surface, const Options& options, Progress& progress)
      : surface_(surface), options_(options), progress_(progress) {}

  void run() {
    const auto target = surface_.make();
    for (const Request& request : surface_.seeds) {
      if (!take(*target, request).accepted) return fail("a well-formed request was refused");
    }
    for (const Request& request : surface_.hostile) {
      if (take(*target, request).accepted) return fail("a hostile request was accepted");
    }
    const int64_t until_ns = rehearse::monotonic_ns() + options_.seconds * rehearse::ns_per_s;
    while (rehearse::monotonic_ns() < until_ns && progress_.wrong_size == 0) {
      ++progress_.iteration;
      const uint64_t seed = seed_of(options_.seed, surface_.name, progress_.iteration);
      const Request request = Mutator(surface_.seeds, seed).next();
      take(*target, request);
      if (progress_.iteration % 16 == 0) take(*target, request);  // replayed at once
    }
    if (progress_.wrong_size > 0) return;
    progress_.input_size = 0;
    if (const std::string wrong = target->end(); !wrong.empty()) return fail(wrong);
    // After all of that it must still serve.
    const Outcome last = take(*target, surface_.seeds.back());
    if (!last.accepted) return fail("a well-formed request was refused in the end");
    if (progress_.wrong_size == 0) progress_.over = true;
  }

 private:
  Outcome take(Target& target, const Request& request) {
    const std::string text = text_of_request(request);
    progress_.input_size = std::min(text.size(), input_bytes_max);
    std::memcpy(progress_.input, text.data(), progress_.input_size);
    const int64_t cpu = cpu_ns(), wall = rehearse::monotonic_ns();
    Outcome outcome;
    try {
      outcome = target.take(request);
    } catch (const std::exception& thrown) {
      outcome.wrong = std::string("an exception left it: ") + thrown.what();
    }
    ++progress_.tried;
    ++(outcome.accepted ? progress_.accepted : progress_.refused);
    if (outcome.status != 0 && (outcome.status < 200 || outcome.status > 599))
      outcome.wrong = fmt::format("status {}", outcome.status);
    const int64_t cpu_took = cpu_ns() - cpu, wall_took = rehearse::monotonic_ns() - wall;
    if (cpu_took > cpu_ns_max || wall_took > wall_ns_max)
      outcome.wrong = fmt::format("took {} ms of the processor, {} ms in all",
                                  cpu_took / rehearse::ns_per_ms, wall_took / rehearse::ns_per_ms);
    if (!outcome.wrong.empty()) fail(outcome.wrong);
    return outcome;
  }

  // The first one counts: what follows may be a consequence.
  void fail(const std::string& wrong) {
    if (progress_.wrong_size > 0) return;
    progress_.wrong_size = std::min(wrong.size(), wrong_bytes_max);
    std::memcpy(progress_.wrong, wrong.data(), progress_.wrong_size);
  }

  const Surface& surface_;
  const Options& options_;
  Progress& progress_;
};

// The status of a child that ended by itself, or nullopt: it hung and was killed.
std::optional<int> wait_for(pid_t child, int64_t seconds) {
  const int64_t until_ns = rehearse::monotonic_ns() + seconds * rehearse::ns_per_s;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (rehearse::monotonic_ns() > until_ns) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return std::nullopt;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return status;
}

std::string why_failed(const Progress& progress, const std::optional<int>& status) {
  if (!status) return "it hung";
  if (progress.wrong_size > 0) return std::string(progress.wrong, progress.wrong_size);
  if (WIFSIGNALED(*status)) return fmt::format("it died of signal {}", WTERMSIG(*status));
  if (WEXITSTATUS(*status) != 0) return fmt::format("it ended with {}", WEXITSTATUS(*status));
  return progress.over ? "" : "it ended before its time";
}

void show_input(const Surface& surface, const Options& options, const Progress& progress) {
  const std::string_view input(progress.input, progress.input_size);
  std::string name = surface.name;
  std::ranges::replace(name, '/', '-');
  const std::string file = options.folder + '/' + name + ".bin";
  std::ofstream(file, std::ios::binary) << input;
  std::string hex;
  for (const unsigned char c : input.substr(0, 512)) hex += fmt::format("{:02x}", c);
  fmt::print("  seed {}, iteration {}, {} bytes in {}: {}\n", options.seed, progress.iteration,
             input.size(), file, hex);
}

bool passes(const Surface& surface, const Options& options) {
  void* memory =
      ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  auto* progress = new (memory) Progress;  // the kernel's zeros
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    Runner(surface, options, *progress).run();
    std::exit(progress->wrong_size > 0 ? 1 : 0);  // with the look for leaks
  }
  if (child < 0) return false;
  const std::string why = why_failed(*progress, wait_for(child, options.seconds + 60));
  fmt::print("{:<24} {:>7} tried {:>7} accepted {:>7} refused  {}\n", surface.name, progress->tried,
             progress->accepted, progress->refused, why.empty() ? "ok" : "FAILED: " + why);
  if (!why.empty()) show_input(surface, options, *progress);
  std::fflush(nullptr);
  ::munmap(memory, sizeof(Progress));
  return why.empty();
}

// A number from the environment; nullopt: it is there and is none.
std::optional<uint64_t> number_from(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  const char* end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, otherwise);
  return error == std::errc() && at == end ? std::optional(otherwise) : std::nullopt;
}

int fuzz(const std::string& folder) {
  const auto seed = number_from("FUZZ_SEED", 1), seconds = number_from("FUZZ_SECONDS", 6);
  if (!seed || !seconds || *seconds == 0 || *seconds > 3600) {
    fmt::print("FUZZ_SEED and FUZZ_SECONDS must be whole numbers\n0 passed, 1 failed\n");
    return 64;
  }
  const char* only = std::getenv("FUZZ_ONLY");
  const Options options{*seed, static_cast<int64_t>(*seconds), only != nullptr ? only : "", folder};
  fmt::print("seed {}, {} s for each surface\n", options.seed, options.seconds);
  // Messages are formatted, which is part of what is tested, and thrown away.
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::null_sink_mt>()));
  int passed = 0, failed = 0;
  for (const Surface& surface : all_surfaces()) {
    if (surface.name.find(options.only) == std::string::npos) continue;
    ++(passes(surface, options) ? passed : failed);
  }
  if (passed + failed == 0) failed = 1;  // nothing tested is not a pass
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace casino::fuzz

int main(int argc, char** argv) {
  return casino::fuzz::fuzz(argc > 1 ? argv[1] : ".");
}
