// rehearse check RUN…: repeat the checks on a recorded run, offline.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "record/manifest.hpp"

namespace rehearse {
namespace {

constexpr size_t shown_max = 5;

Status require_as_recorded(const std::string& run) {
  const char* remedy = "`--even-if-changed` judges it all the same, for experiments";
  std::error_code error;
  if (!std::filesystem::exists(run + "/run.json", error)) return {};  // no run: reading it says so
  const auto changes = changes_since_recorded(run);
  if (!changes)
    return fail(changes.error().code, fmt::format("{}; {}", changes.error().message, remedy));
  if (changes->empty()) return {};
  const auto shown = std::span(*changes).first(std::min(shown_max, changes->size()));
  return fail(ExitCode::usage,
              fmt::format("{}: not as it was recorded: {}{}; {}", run, fmt::join(shown, ", "),
                          shown.size() < changes->size()
                              ? fmt::format(" and {} more", changes->size() - shown.size())
                              : "",
                          remedy));
}

}  // namespace

void add_check(Arguments& verb, Cli& cli) {
  struct Arguments {
    std::vector<std::string> runs;
    bool even_if_changed = false;
  };
  auto arguments = std::make_shared<Arguments>();
  verb.words("run", arguments->runs, "folders of runs");
  verb.flag("--even-if-changed", arguments->even_if_changed,
            "judge also what is not as it was recorded (for experiments)");
  verb.action([arguments, &cli] {
    for (const auto& run : arguments->runs) {
      const Status same = require_as_recorded(run);
      if (!same && !arguments->even_if_changed)
        cli.exit = worse(cli.exit, complain(same.error()));
      else
        cli.exit = worse(cli.exit, judge_and_report(run, false));
    }
  });
}

}  // namespace rehearse
