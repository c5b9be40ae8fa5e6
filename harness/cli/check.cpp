// rehearse check RUN…: repeat the checks on a recorded run, offline.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "cli/cli.hpp"
#include "cli/judged.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"

namespace rehearse {
namespace {

constexpr size_t shown_max = 5;

// A public key as it is given, or from a file that holds it so or in PEM. Errors (usage): it is
// none.
Result<std::string> public_key_of(const std::string& given) {
  if (is_ed25519_key(given)) return given;
  const auto text = read_file(given, 1 << 16);
  if (!text) return fail(ExitCode::usage, "--signed-by: " + text.error().message);
  std::string key = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
  if (!is_ed25519_key(key)) key = ed25519_public_of_pem(*text);
  if (is_ed25519_key(key)) return key;
  return fail(ExitCode::usage, given +
                                   ": no public key of Ed25519: 64 hex digits, or PEM as `openssl "
                                   "pkey -pubout` writes it");
}

const char* name_of_signer(const std::string& key) {
  return key.empty() ? "nobody" : key.c_str();
}

// In words what the audit trail shows of itself, and where it is not this run's, or not signed by
// that key. Without one, the run's own facts say which it was: who alters these can alter those.
std::vector<std::string> audit_changes(const std::string& run_dir, const std::string& signed_by) {
  const auto run = read_run(run_dir);
  if (!run) return {};                                // reading it says so
  if (!run->audited && signed_by.empty()) return {};  // an older one has none
  const auto audit = read_audit(run_dir);
  if (!audit) return {std::string(audit_file) + " is gone"};
  std::vector<std::string> changes;
  for (const std::string& wrong : audit->wrong)
    changes.push_back(fmt::format("{}: {}", audit_file, wrong));
  if (!audit->wrong.empty()) return changes;
  if (audit->manifest_sha256 != manifest_sha256(run_dir))
    changes.push_back(fmt::format("{} was sealed for another manifest", audit_file));
  const std::string& expected = signed_by.empty() ? run->audit_key : signed_by;
  if (audit->signed_by != expected)
    changes.push_back(fmt::format("{} is signed by {}, and {} by {}", audit_file,
                                  name_of_signer(audit->signed_by),
                                  signed_by.empty() ? "was" : "must be", name_of_signer(expected)));
  return changes;
}

Status require_as_recorded(const std::string& run, const std::string& signed_by) {
  const char* remedy = "`--even-if-changed` judges it all the same, for experiments";
  std::error_code error;
  if (!std::filesystem::exists(run + "/run.json", error)) return {};  // no run: reading it says so
  auto changes = changes_since_recorded(run);
  if (!changes)
    return fail(changes.error().code, fmt::format("{}; {}", changes.error().message, remedy));
  const auto audit = audit_changes(run, signed_by);
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
    std::string key;
    if (!arguments->signed_by.empty()) {
      auto given = public_key_of(arguments->signed_by);
      if (!given) {
        cli.exit = complain(given.error());
        return;
      }
      key = std::move(*given);
    }
    for (const auto& run : arguments->runs) check_run(cli, run, key, arguments->even_if_changed);
  });
}

}  // namespace rehearse
