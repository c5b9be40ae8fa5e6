#include "cli/provenance.hpp"

#include <fmt/format.h>

#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "record/audit.hpp"
#include "record/manifest.hpp"
#include "record/run.hpp"

namespace rehearse {
namespace {

// What the audit trail shows of itself, and where it is not this run's, or not signed by that key.
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

}  // namespace

Result<std::string> public_key_of(const std::string& given) {
  if (given.empty() || is_ed25519_key(given)) return given;
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

Result<std::vector<std::string>> changes_of_run(const std::string& run_dir,
                                                const std::string& signed_by) {
  auto changes = changes_since_recorded(run_dir);
  if (!changes) return changes;
  const auto audit = audit_changes(run_dir, signed_by);
  changes->insert(changes->end(), audit.begin(), audit.end());
  return changes;
}

}  // namespace rehearse
