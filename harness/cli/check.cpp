// rehearse check RUN…: repeat the checks on a recorded run, offline.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "cli/provenance.hpp"
#include "record/audit.hpp"

namespace rehearse {
namespace {

constexpr size_t shown_max = 5;

Status require_as_recorded(const std::string& run, const std::string& signed_by) {
  const char* remedy = "`--even-if-changed` judges it all the same, for experiments";
  std::error_code error;
  if (!std::filesystem::exists(run + "/run.json", error)) return {};  // no run: reading it says so
  const auto changes = changes_of_run(run, signed_by);
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

void check_run(Cli& cli, const std::string& run, const std::string& signed_by, bool even_if) {
  const Status same = require_as_recorded(run, signed_by);
  if (!same && !even_if) {
    cli.exit = worse(cli.exit, complain(same.error()));
    return;
  }
  cli.exit = worse(cli.exit, judge_and_report(run, false));
  if (const auto audit = read_audit(run))
    fmt::print("audit trail: signed by {}\n", name_of_signer(audit->signed_by));
}

}  // namespace

void add_check(Arguments& verb, Cli& cli) {
  struct Arguments {
    std::vector<std::string> runs;
    std::string signed_by;
    bool even_if_changed = false;
  };
  auto arguments = std::make_shared<Arguments>();
  verb.words("run", arguments->runs, "folders of runs");
  verb.flag("--even-if-changed", arguments->even_if_changed,
            "judge also what is not as it was recorded (for experiments)");
  verb.text("--signed-by", arguments->signed_by,
            "public key (hex, or a file with it) whose signature the audit trail must end with");
  verb.action([arguments, &cli] {
    const auto key = public_key_of(arguments->signed_by);
    if (!key) {
      cli.exit = complain(key.error());
      return;
    }
    for (const auto& run : arguments->runs) check_run(cli, run, *key, arguments->even_if_changed);
  });
}

}  // namespace rehearse
