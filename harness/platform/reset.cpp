#include "platform/reset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/scope_exit.hpp"
#include "platform/books/wipe.hpp"
#include "platform/platform.hpp"
#include "platform/residue.hpp"

namespace rehearse {
namespace {

constexpr auto retry_interval = std::chrono::milliseconds(250);

std::vector<std::string> nodes_of(const Stack& stack, const std::string& component) {
  std::vector<std::string> names;
  for (const auto* node : stack.of_twins(component)) names.push_back(node->name);
  return names;
}

Status kill_and_wait(Effects& runtime, const std::vector<std::string>& nodes, int64_t deadline_ns) {
  if (auto killed = runtime.kill(nodes); !killed) return killed;
  while (true) {
    const auto states = runtime.states();
    if (!states) return std::unexpected(states.error());
    const auto alive = std::ranges::find_if(nodes, [&](const std::string& node) {
      const auto state = states->find(node);
      return state != states->end() && state->second.running;
    });
    if (alive == nodes.end()) return {};
    if (monotonic_ns() > deadline_ns)
      return fail(ExitCode::machine, fmt::format("{} does not die", *alive));
    std::this_thread::sleep_for(retry_interval);
  }
}

// Again until it works, the deadline comes or somebody wants out; then the last error.
Status persist(const std::function<Status()>& attempt, int64_t deadline_ns,
               const std::function<bool()>& cancelled) {
  while (true) {
    Status done = attempt();
    if (done || monotonic_ns() > deadline_ns || cancelled()) return done;
    std::this_thread::sleep_for(retry_interval);
  }
}

Status judge_traces(const std::vector<std::string>& traces) {
  if (traces.empty()) return {};
  return fail(ExitCode::machine, fmt::format("the books still hold {}", fmt::join(traces, ", ")));
}

// Books that cannot be had yet may be had in a moment; what they hold will not go away by itself.
Status prove_unused(const std::function<Result<BooksSource>()>& source, int64_t deadline_ns,
                    const std::function<bool()>& cancelled) {
  std::vector<std::string> traces;
  const auto collect = [&]() -> Status {
    const auto now = source();
    if (!now) return std::unexpected(now.error());
    auto found = traces_in(*now);
    if (!found) return std::unexpected(found.error());
    traces = std::move(*found);
    return {};
  };
  if (auto had = persist(collect, deadline_ns, cancelled); !had) return had;
  return judge_traces(traces);
}

}  // namespace

Status require_first_region(const Stack& stack, const StackView& view) {
  if (stack.file.regions.empty()) return {};
  const std::string region = Platform(stack).serving_region(view);
  const std::string& first = stack.file.regions.front().first;
  if (region == first) return {};
  return fail(ExitCode::machine,
              region.empty() ? fmt::format("no region leads, and {} did at first", first)
                             : fmt::format("region {} leads, and {} did at first", region, first));
}

Status require_no_residue(Effects& runtime, const Stack& stack) {
  const auto left = residue_of(runtime, stack);
  if (!left) return std::unexpected(left.error());
  if (left->empty()) return {};
  return fail(ExitCode::machine, fmt::format("left behind: {}", fmt::join(*left, ", ")));
}

Result<std::vector<std::string>> traces_in(BooksSource source) {
  source.alerts.clear();  // of a run's time, and there is no run
  std::string dir = std::filesystem::temp_directory_path() / "rehearse-reset-XXXXXX";
  if (!::mkdtemp(dir.data())) return fail(ExitCode::machine, "cannot make " + dir);
  const ScopeExit remove([&dir] {
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  });
  std::vector<std::string> troubles = collect_books(source, dir);
  const Books books = read_books(dir, troubles);
  if (!troubles.empty()) return fail(ExitCode::inconclusive, troubles.front());
  return traces_of_use(books);
}

ResetHands reset_hands(const Stack& stack, std::function<Result<BooksSource>()> source,
                       std::function<bool()> cancelled) {
  const auto with_books = [source, cancelled](auto act) {
    return [source, cancelled, act](int64_t deadline_ns) {
      const auto attempt = [&]() -> Status {
        const auto now = source();
        if (!now) return std::unexpected(now.error());
        return act(*now, deadline_ns);
      };
      return persist(attempt, deadline_ns, cancelled);
    };
  };
  const ResetEntry& entry = *Platform(stack).reset();
  ResetHands hands;
  hands.wipe_sql = with_books(
      [&entry](const BooksSource& now, int64_t) { return rehearse::wipe_sql(now, entry.sql); });
  hands.delete_topics = with_books([&entry](const BooksSource& now, int64_t deadline_ns) {
    return rehearse::delete_topics(now, entry.topics, deadline_ns);
  });
  hands.prove_unused = [source, cancelled](int64_t deadline_ns) {
    return prove_unused(source, deadline_ns, cancelled);
  };
  return hands;
}

Status reset_platform(const Stack& stack, Runtime& runtime, const ResetHands& hands,
                      int64_t deadline_ns, const std::function<bool()>& cancelled) {
  const auto& declared = Platform(stack).reset();
  if (!declared)
    return fail(ExitCode::machine,
                fmt::format("{} says nothing of `reset`: a used stack cannot be used again",
                            stack.file.path));
  const ResetEntry& entry = *declared;
  if (auto clean = require_no_residue(runtime, stack); !clean) return clean;
  std::vector<std::string> stopped, started;
  for (const auto& component : entry.stop) {
    const auto nodes = nodes_of(stack, component);
    stopped.insert(stopped.end(), nodes.begin(), nodes.end());
    started.insert(started.begin(), nodes.begin(), nodes.end());
  }
  int64_t started_ns = 0;
  const std::function<Status()> steps[] = {
      [&] { return kill_and_wait(runtime, stopped, deadline_ns); },
      [&] { return entry.sql.empty() ? Status() : hands.wipe_sql(deadline_ns); },
      [&] { return entry.topics.empty() ? Status() : hands.delete_topics(deadline_ns); },
      [&] {
        std::vector<std::string> nodes;
        for (const auto& component : entry.data)
          for (auto& node : nodes_of(stack, component)) nodes.push_back(std::move(node));
        return nodes.empty() ? Status() : runtime.wipe(nodes);
      },
      [&] { return hands.restore_roles(deadline_ns); },
      [&] {
        started_ns = monotonic_ns();
        return runtime.start(started);
      },
      [&] { return hands.wait_whole(started_ns, deadline_ns); },
      [&] { return hands.prove_unused(deadline_ns); },
      // The relay makes its topic when it leads: replicas are in sync once that is there as well.
      [&] { return hands.wait_whole(started_ns, deadline_ns); },
      [&] { return require_no_residue(runtime, stack); },
  };
  for (const auto& step : steps) {
    if (cancelled()) return fail(ExitCode::interrupted, "interrupted while the stack was reset");
    if (auto done = step(); !done) return done;
  }
  return {};
}

}  // namespace rehearse
