// Four eyes: who must approve a step signs its claim (record/approval_text.hpp) by a key of his
// own. Everything goes through files of the run's folder, so that whoever signs needs nothing else:
//   approvals/STEP.request.json     what is asked, written by the run
//   approvals/STEP.NONCE.json       a signature, written by `rehearse approve`
// A signature counts where it is of somebody with the role who does not execute the step, over this
// request of this run, this step, this content, in time, no longer than was asked, and for the
// first time. Whatever does not count is named, with why and what to do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "record/approval_text.hpp"
#include "runbook/player.hpp"

namespace rehearse {

// Who signs where nobody is there.
enum class Signers {
  people,
  test_keys,  // the machine signs by the test keys of the file of people; no other run takes these
};

std::unique_ptr<Approver> approvals_in(const std::string& run_dir, const std::string& run_id,
                                       const People& people, Signers signers);

// A secret key of Ed25519 as hex, from a file with 64 hex digits or in PEM (as `openssl genpkey
// -algorithm ed25519` writes it). Errors (usage): not there, no such key, or others may read it.
Result<std::string> read_secret_key(const std::string& path);

// What a run asks to be signed now.
struct ApprovalRequest {
  std::string run, step, content, content_sha256, role, executor;
  int64_t count = 0, until_s = 0;  // Unix time
  std::string nonce;               // random: what was signed for another run counts not here
};
// By the step's id, with or without its entry. Errors (usage): nothing of that name is asked (with
// what is), or no longer, the run has ended, or what is shown is not what would be signed.
Result<ApprovalRequest> find_request(const std::string& run_dir, const std::string& step);

// Signs what is asked, and leaves it where the run looks for it; returns the file. Errors (usage):
// the key is nobody's, or its owner may not approve this.
Result<std::string> approve(const std::string& run_dir, const ApprovalRequest& request,
                            const People& people, const std::string& secret);

}  // namespace rehearse
