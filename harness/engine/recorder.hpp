// Collects what happens besides the operations, from any thread, on the run's one clock.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "record/audit.hpp"
#include "record/run.hpp"

namespace rehearse {

class Recorder {
 public:
  // `echo` is told each event at once (the live view); it may be empty.
  explicit Recorder(std::function<void(const std::string& line)> echo) : echo_(std::move(echo)) {}

  void event(const std::string& source, const std::string& event, const std::string& detail = "");
  // The same, and a line of the audit trail: of a kind (fault, runbook, step, approval, message).
  void act(const std::string& kind, const std::string& source, const std::string& event,
           const std::string& detail = "");
  void role(int64_t at_ns, const std::string& node, const std::string& role, int64_t resolution_ns);
  // Roles that change from here on are unplanned.
  void set_planned(bool planned);
  // What makes the run inconclusive, in words.
  void trouble(const std::string& text);

  // From here on there is a trail, in the run's folder; the other ends it, for that manifest.
  Status begin_audit(const std::string& run_dir, const std::string& what);
  Status end_audit(const std::string& what, const std::string& manifest_sha256,
                   const std::string& secret);

  void set_zero(int64_t zero_ns);
  double ms(int64_t at_ns) const;  // on the run's clock; 0 before zero is known
  double now_ms() const;

  std::vector<Event> events() const;
  std::vector<RoleChange> roles() const;
  std::vector<std::string> troubles() const;
  // All three of them.
  void tell(Run& run) const;

 private:
  mutable std::mutex mutex_;
  std::function<void(const std::string&)> echo_;
  int64_t zero_ns_ = 0;
  bool planned_ = true;
  std::vector<std::pair<int64_t, Event>> events_;
  std::vector<std::pair<int64_t, RoleChange>> roles_;
  std::vector<std::string> troubles_;
  std::unique_ptr<AuditTrail> audit_;
};

}  // namespace rehearse
