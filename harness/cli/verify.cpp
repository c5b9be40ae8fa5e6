// rehearse verify RUN…: is the bundle whole and unaltered, who signed it, and does the verdict that
// follows from its books agree with the one in report.json?
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "base/files.hpp"
#include "cli/cli.hpp"
#include "cli/provenance.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"
#include "reports/differences.hpp"

namespace rehearse {
namespace {

void print_identity(const std::string& dir, const Run& run) {
  fmt::print("  run       {} · {} · seed {}\n", run.id, run.scenario, run.seed);
  fmt::print("  scenario  {}\n", run.scenario_sha256);
  for (const auto& [image, digest] : run.images) fmt::print("  image     {} {}\n", image, digest);
  fmt::print("  manifest  {}\n", manifest_sha256(dir));
  if (const auto audit = read_audit(dir))
    fmt::print("  audit     {} lines, signed by {}\n", audit->lines,
               name_of_signer(audit->signed_by));
}

// What is wrong with it; empty: nothing. Errors (usage): it is no run.
Result<std::vector<std::string>> wrong_in(const std::string& dir, const std::string& signed_by) {
  auto wrong = changes_of_run(dir, signed_by);
  if (!wrong) return wrong;
  const auto run = read_run(dir);
  if (!run) {
    // What was altered may be why it cannot be read, and is the more useful word.
    wrong->push_back(run.error().message);
    return wrong;
  }
  print_identity(dir, *run);
  const Report report = judge(*run);
  const auto recorded = read_file(dir + "/report.json");
  if (!recorded) {
    wrong->emplace_back("report.json is gone");
    return wrong;
  }
  const auto differences = differences_from(*recorded, report);
  if (!differences) {
    wrong->push_back(differences.error().message);
    return wrong;
  }
  fmt::print("  verdict   {}, recomputed: {} of {} figures differ from report.json\n",
             name_of(report.verdict), differences->found.size(), differences->compared);
  for (const std::string& one : differences->found) wrong->push_back("report.json" + one);
  return wrong;
}

ExitCode verify_run(const std::string& dir, const std::string& signed_by) {
  std::error_code ignored;
  if (!std::filesystem::exists(dir + "/run.json", ignored) &&
      !std::filesystem::exists(dir + "/manifest.json", ignored))
    return complain({ExitCode::usage, dir + ": no folder of a run: neither run.json nor "
                                            "manifest.json is in it"});
  fmt::print("{}\n", dir);
  const auto wrong = wrong_in(dir, signed_by);
  if (!wrong) return complain(wrong.error());
  for (const std::string& one : *wrong) fmt::print("  ✗ {}\n", one);
  fmt::print("{}\n", wrong->empty() ? "VERIFIED" : "NOT AS RECORDED");
  return wrong->empty() ? ExitCode::expected : ExitCode::failed;
}

}  // namespace

void add_verify(Arguments& verb, Cli& cli) {
  struct Given {
    std::vector<std::string> runs;
    std::string signed_by;
  };
  auto given = std::make_shared<Given>();
  verb.words("run", given->runs, "folders of runs");
  verb.text("--signed-by", given->signed_by,
            "public key (hex, or a file with it) that must have signed");
  verb.action([given, &cli] {
    const auto key = public_key_of(given->signed_by);
    if (!key) {
      cli.exit = complain(key.error());
      return;
    }
    for (const auto& run : given->runs) cli.exit = worse(cli.exit, verify_run(run, *key));
  });
}

}  // namespace rehearse
