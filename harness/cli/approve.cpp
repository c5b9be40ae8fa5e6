// rehearse approve STEP --key FILE [--run RUN]: sign a step of a runbook that waits for approval.
// Without --run it is the run that has the stack of this machine.
#include <fmt/core.h>

#include <memory>

#include "base/clock.hpp"
#include "cli/cli.hpp"
#include "runbook/approvals.hpp"

namespace rehearse {
namespace {

struct ApproveArguments {
  std::string step, key, run;
};

Result<std::string> run_of(const ApproveArguments& arguments) {
  if (!arguments.run.empty()) return arguments.run;
  const auto active = read_active();
  if (!active) return std::unexpected(active.error());
  if (!active->run_dir.empty()) return active->run_dir;
  return fail(ExitCode::usage, "no run is on this machine now: name its folder by --run");
}

Status sign(const Places& places, const ApproveArguments& arguments) {
  if (arguments.key.empty())
    return fail(ExitCode::usage, "--key is missing: the file with your secret key");
  const auto secret = read_secret_key(arguments.key);
  if (!secret) return std::unexpected(secret.error());
  const auto people = load_people(places);
  if (!people) return std::unexpected(people.error());
  const auto run = run_of(arguments);
  if (!run) return std::unexpected(run.error());
  const auto request = find_request(*run, arguments.step);
  if (!request) return std::unexpected(request.error());
  // What cannot be seen is not signed.
  fmt::print("{}\n", request->content);
  if (flush_output() != ExitCode::expected)
    return fail(ExitCode::machine, "not signed: what would be could not be shown");
  const auto file = approve(*run, *request, *people, *secret);
  if (!file) return std::unexpected(file.error());
  fmt::print("approved: {} of the run {}, SHA-256 {}, until {}\n", request->step, request->run,
             request->content_sha256, rfc3339(request->until_s * ns_per_s));
  return {};
}

}  // namespace

void add_approve(Arguments& verb, Cli& cli) {
  auto arguments = std::make_shared<ApproveArguments>();
  verb.word("step", arguments->step, "as the run names it", true);
  verb.text("--key", arguments->key, "file with your secret key, which nobody else can read");
  verb.text("--run", arguments->run, "folder of the run");
  verb.action([arguments, &cli] {
    if (auto signed_ = sign(cli.places, *arguments); !signed_) cli.exit = complain(signed_.error());
  });
}

}  // namespace rehearse
