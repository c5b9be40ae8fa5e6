// What exactly an approver of a step signs.
#pragma once

#include <cstdint>
#include <string>

namespace rehearse {

struct ApprovalClaim {
  std::string run, step;       // ENTRY.STEP
  std::string content_sha256;  // of all that the runbook says of the step
  int64_t expires_s = 0;       // Unix time; not valid afterwards
  std::string nonce;           // random: no signature counts twice
  // Random, of what was asked: another run of the same name asks another thing. Empty: signed for a
  // run from before there was one.
  std::string request = {};
};

// No two claims have the same text, whatever stands in their fields.
std::string approval_text(const ApprovalClaim& claim);

}  // namespace rehearse
