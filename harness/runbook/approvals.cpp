#include "runbook/approvals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "runbook/approval_files.hpp"
#include "scenario/problems.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

class ApprovalsInFiles final : public Approver {
 public:
  ApprovalsInFiles(const std::string& run_dir, const std::string& run_id, const People& people,
                   Signers signers)
      : run_dir_(run_dir), run_id_(run_id), people_(people), signers_(signers) {}

  Status ask(const RunbookStep& step, StepRecord& record) override {
    const int64_t until_s = (wall_ns() + step.approval.within_ms * ns_per_ms) / ns_per_s;
    record.approval_request = random_hex(16);
    record.approval_until_s = until_s;
    const ApprovalRequest request{run_id_,
                                  record.step,
                                  step.content,
                                  record.content_sha256,
                                  step.approval.role,
                                  step.executor,
                                  step.approval.count,
                                  until_s,
                                  record.approval_request};
    if (auto made = make_directories(approvals_dir(run_dir_)); !made) return made;
    if (auto written = write_request(run_dir_, request); !written) return written;
    return signers_ == Signers::test_keys ? sign_by_test_keys(request) : Status{};
  }

  void look(const RunbookStep& step, StepRecord& record) override {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(approvals_dir(run_dir_), error)) {
      const std::string name = file.path().filename().string();
      if (is_approval_of(name, record.step) && !seen_.contains(name)) files.push_back(name);
    }
    std::ranges::sort(files);
    for (const std::string& name : files) {
      seen_.insert(name);
      // More than are needed is no mistake, and decides nothing.
      if (std::ssize(record.approvals) >= step.approval.count) return;
      if (const auto why = take(name, step, record))
        record.refused.push_back(fmt::format("approvals/{}: {}", yaml::shown(name), *why));
    }
  }

 private:
  Status sign_by_test_keys(const ApprovalRequest& request) {
    int64_t signed_by = 0;
    for (const Person& person : people_.all) {
      if (signed_by == request.count) break;
      if (person.test_secret.empty() || !person.has(request.role)) continue;
      if (person.name == request.executor) continue;
      const auto file = approve(run_dir_, request, people_, person.test_secret);
      if (!file) return std::unexpected(file.error());
      ++signed_by;
    }
    return {};
  }

  // What keeps it from counting, in words.
  std::optional<std::string> take(const std::string& name, const RunbookStep& step,
                                  StepRecord& record) {
    const auto file = read_approval(approvals_dir(run_dir_) + "/" + name);
    if (!file) return file.error().message;
    const ApprovalClaim& claim = file->claim;
    const Person* person = people_.by_key(file->key);
    if (person == nullptr)
      return fmt::format(
          "its key {} is of nobody in the file of people: add it there, or sign by "
          "another",
          file->key);
    const auto refuse = [&](std::string why) { return person->name + ": " + std::move(why); };
    if (!ed25519_verify(file->key, approval_text(claim), file->signature))
      return refuse("the signature is not over what it says: it was altered; sign again");
    if (claim.run != run_id_)
      return refuse(
          fmt::format("signed for the run {}, not for {}", yaml::shown(claim.run), run_id_));
    if (claim.step != record.step)
      return refuse(
          fmt::format("signed for the step {}, not for {}", yaml::shown(claim.step), record.step));
    if (claim.request != record.approval_request)
      return refuse("signed for another run of this name: sign what is asked now");
    if (claim.content_sha256 != record.content_sha256)
      return refuse("signed for another content of the step: read it again and sign that");
    if (claim.expires_s * ns_per_s < wall_ns())
      return refuse(fmt::format("too late: it held until {}; sign again",
                                rfc3339(claim.expires_s * ns_per_s)));
    if (claim.expires_s > record.approval_until_s)
      return refuse(fmt::format("it holds until {}, and was asked until {}: sign again",
                                rfc3339(claim.expires_s * ns_per_s),
                                rfc3339(record.approval_until_s * ns_per_s)));
    if (!spent_.insert(claim.nonce).second)
      return refuse("replayed: this signature has counted already");
    if (!person->test_secret.empty() && signers_ != Signers::test_keys)
      return refuse(
          "a test key, which everybody knows: it counts only where the timeline says "
          "`test_keys: true`");
    if (person->name == step.executor)
      return refuse("executes the step, and cannot approve it: somebody else must");
    if (!person->has(step.approval.role))
      return refuse(fmt::format("has not the role {}", step.approval.role));
    if (std::ranges::find(record.approvals, person->name, &ApprovalRecord::person) !=
        record.approvals.end())
      return refuse("has signed already: another person must");
    record.approvals.push_back({person->name, file->key, claim.nonce, file->signature,
                                claim.expires_s, 0, !person->test_secret.empty()});
    return std::nullopt;
  }

  const std::string run_dir_, run_id_;
  const People& people_;
  const Signers signers_;
  std::set<std::string> seen_, spent_;
};

}  // namespace

std::unique_ptr<Approver> approvals_in(const std::string& run_dir, const std::string& run_id,
                                       const People& people, Signers signers) {
  return std::make_unique<ApprovalsInFiles>(run_dir, run_id, people, signers);
}

Result<std::string> approve(const std::string& run_dir, const ApprovalRequest& request,
                            const People& people, const std::string& secret) {
  const std::string key = ed25519_public(secret);
  const Person* person = people.by_key(key);
  if (person == nullptr)
    return fail(ExitCode::usage,
                fmt::format("the key is of nobody in scenarios/people.yaml: there, "
                            "its public half is `key: {}`",
                            key));
  if (person->name == request.executor)
    return fail(ExitCode::usage, fmt::format("{} executes {} and cannot approve it: somebody else "
                                             "with the role {} must",
                                             person->name, request.step, request.role));
  if (!person->has(request.role))
    return fail(ExitCode::usage, fmt::format("{} has not the role {}, which {} needs", person->name,
                                             request.role, request.step));
  ApprovalClaim claim{request.run,     request.step,   request.content_sha256,
                      request.until_s, random_hex(16), request.nonce};
  const std::string signature = ed25519_sign(secret, approval_text(claim));
  return write_approval(run_dir, {std::move(claim), key, signature});
}

}  // namespace rehearse
