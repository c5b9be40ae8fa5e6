// The audit trail of a run, audit.jsonl: what was done, when, in one chain. Each line carries the
// SHA-256 of its own bytes and of the line before, so that none can be changed, left out, added or
// moved without another one saying so; the last says that it is the last. Whoever writes all lines
// anew from some line on is found only by the signature over the last, or where its sum is kept
// elsewhere.
//
//   {"n":3,"at":"2026-…Z","kind":"fault","what":"az
//   effective","detail":"…","before":"…","sha256":"…"}
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

constexpr const char* audit_file = "audit.jsonl";

class AuditTrail {
 public:
  // Errors (machine): the file cannot be created. One that is there already is refused.
  static Result<std::unique_ptr<AuditTrail>> create(const std::string& run_dir);
  ~AuditTrail();
  AuditTrail(const AuditTrail&) = delete;
  AuditTrail& operator=(const AuditTrail&) = delete;

  // It is with the kernel when this returns; one at a time. What could not be written is the error
  // of seal().
  void add(const std::string& kind, const std::string& what, const std::string& detail = "");

  // The last line, with the sum of the run's manifest, synced; signed by that secret key (hex)
  // unless it is empty.
  Status seal(const std::string& manifest_sha256, const std::string& secret);

 private:
  explicit AuditTrail(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  void append(std::string body);

  const int fd_;
  const std::string path_;
  int64_t lines_ = 0;
  std::string before_ = std::string(64, '0');
  Status written_;
};

// What a trail shows of itself.
struct AuditReading {
  std::vector<std::string> wrong;  // which lines are missing, altered, moved, cut off; empty: none
  int64_t lines = 0;
  std::string manifest_sha256;  // that the last line names; empty: it was not sealed
  std::string signed_by;        // public key; empty: nobody signed
};
// Errors (usage): there is none.
Result<AuditReading> read_audit(const std::string& run_dir);

}  // namespace rehearse
