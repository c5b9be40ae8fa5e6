#include "record/approval_text.hpp"

#include <nlohmann/json.hpp>

namespace rehearse {

std::string approval_text(const ApprovalClaim& claim) {
  // A list in JSON ends each field where it ends.
  return nlohmann::json({"rehearse.approval/1", claim.run, claim.step, claim.content_sha256,
                         claim.expires_s, claim.nonce})
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace rehearse
