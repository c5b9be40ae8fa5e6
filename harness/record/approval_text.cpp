#include "record/approval_text.hpp"

#include <nlohmann/json.hpp>

namespace rehearse {

std::string approval_text(const ApprovalClaim& claim) {
  // A list in JSON ends each field where it ends.
  nlohmann::json fields = {"rehearse.approval/1", claim.run,       claim.step,
                           claim.content_sha256,  claim.expires_s, claim.nonce};
  if (!claim.request.empty()) {
    fields[0] = "rehearse.approval/2";
    fields.push_back(claim.request);
  }
  return fields.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace rehearse
