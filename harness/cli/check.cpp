// rehearse check RUN…: repeat the checks on a recorded run, offline.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"

namespace rehearse {
namespace {

constexpr size_t shown_max = 5;

// In words what the audit trail shows of itself, and where it is not this run's.
std::vector<std::string> audit_changes(const std::string& run_dir) {
  const auto run = read_run(run_dir);
  if (!run || !run->audited) return {};  // reading it says so; an older one has none
  const auto audit = read_audit(run_dir);
  if (!audit) return {std::string(audit_file) + " is gone"};
  std::vector<std::string> changes;
  for (const std::string& wrong : audit->wrong)
    changes.push_back(fmt::format("{}: {}", audit_file, wrong));
  if (!audit->wrong.empty()) return changes;
  if (audit->manifest_sha256 != manifest_sha256(run_dir))
    changes.push_back(fmt::format("{} was sealed for another manifest", audit_file));
  if (audit->signed_by != run->audit_key)
    changes.push_back(fmt::format("{} is signed by {}, and was by {}", audit_file,
                                  audit->signed_by.empty() ? "nobody" : audit->signed_by,
                                  run->audit_key.empty() ? "nobody" : run->audit_key));
  return changes;
}

Status require_as_recorded(const std::string& run) {
  const char* remedy = "`--even-if-changed` judges it all the same, for experiments";
  std::error_code error;
  if (!std::filesystem::exists(run + "/run.json", error)) return {};  // no run: reading it says so
  auto changes = changes_since_recorded(run);
  if (!changes)
    return fail(changes.error().code, fmt::format("{}; {}", changes.error().message, remedy));
  const auto audit = audit_changes(run);
  changes->insert(changes->end(), audit.begin(), audit.end());
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
