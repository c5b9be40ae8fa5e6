// The files of four eyes, as they are written and read: see approvals.hpp.
#pragma once

#include <string>
#include <string_view>

#include "runbook/approvals.hpp"

namespace rehearse {

struct ApprovalFile {
  ApprovalClaim claim;
  std::string key, signature;  // public, as hex; base64url
};

std::string approvals_dir(const std::string& run_dir);
// By its name: a signature that means this step.
bool is_approval_of(std::string_view file, const std::string& step);

Status write_request(const std::string& run_dir, const ApprovalRequest& request);
// Returns the path.
Result<std::string> write_approval(const std::string& run_dir, const ApprovalFile& approval);
// Errors (usage): malformed, and how.
Result<ApprovalFile> read_approval(const std::string& path);

}  // namespace rehearse
