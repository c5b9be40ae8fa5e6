#include "engine/recorder.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"

namespace rehearse {

void Recorder::event(const std::string& source, const std::string& event,
                     const std::string& detail) {
  const int64_t now_ns = monotonic_ns();
  {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(now_ns, Event{0, source, event, detail});
  }
  if (echo_) echo_(fmt::format("{}: {}{}{}", source, event, detail.empty() ? "" : " · ", detail));
}

void Recorder::act(const std::string& kind, const std::string& source, const std::string& event,
                   const std::string& detail) {
  {
    const std::lock_guard lock(mutex_);
    if (audit_) audit_->add(kind, source + " " + event, detail);
  }
  this->event(source, event, detail);
}

void Recorder::role(int64_t at_ns, const std::string& node, const std::string& role,
                    int64_t resolution_ns) {
  bool planned = false;
  {
    const std::lock_guard lock(mutex_);
    planned = planned_;
    roles_.emplace_back(
        at_ns, RoleChange{0, node, role, planned, static_cast<double>(resolution_ns) / ns_per_ms});
    if (audit_ && !planned) audit_->add("switch", node + (role.empty() ? " gone" : " " + role));
  }
  if (echo_ && !planned) echo_(fmt::format("{}: {}", node, role.empty() ? "gone" : role));
}

void Recorder::set_planned(bool planned) {
  const std::lock_guard lock(mutex_);
  planned_ = planned;
}

void Recorder::trouble(const std::string& text) {
  event("engine", "trouble", text);
  const std::lock_guard lock(mutex_);
  troubles_.push_back(text);
}

Status Recorder::begin_audit(const std::string& run_dir, const std::string& what) {
  auto audit = AuditTrail::create(run_dir);
  if (!audit) return std::unexpected(audit.error());
  const std::lock_guard lock(mutex_);
  audit_ = std::move(*audit);
  audit_->add("run", "begun", what);
  return {};
}

Status Recorder::end_audit(const std::string& what, const std::string& manifest_sha256,
                           const std::string& secret) {
  const std::lock_guard lock(mutex_);
  audit_->add("run", "ended", what);
  const Status sealed = audit_->seal(manifest_sha256, secret);
  audit_.reset();
  return sealed;
}

void Recorder::set_zero(int64_t zero_ns) {
  const std::lock_guard lock(mutex_);
  zero_ns_ = zero_ns;
}

double Recorder::ms(int64_t at_ns) const {
  const std::lock_guard lock(mutex_);
  return zero_ns_ == 0 ? 0 : static_cast<double>(at_ns - zero_ns_) / ns_per_ms;
}

double Recorder::now_ms() const {
  return ms(monotonic_ns());
}

std::vector<Event> Recorder::events() const {
  const std::lock_guard lock(mutex_);
  std::vector<Event> result;
  for (const auto& [at_ns, event] : events_) {
    result.push_back(event);
    result.back().t_ms = static_cast<double>(at_ns - zero_ns_) / ns_per_ms;
  }
  return result;
}

std::vector<RoleChange> Recorder::roles() const {
  const std::lock_guard lock(mutex_);
  std::vector<RoleChange> result;
  for (const auto& [at_ns, change] : roles_) {
    result.push_back(change);
    result.back().t_ms = static_cast<double>(at_ns - zero_ns_) / ns_per_ms;
  }
  return result;
}

std::vector<std::string> Recorder::troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

void Recorder::tell(Run& run) const {
  run.events = events();
  run.roles = roles();
  run.troubles = troubles();
}

}  // namespace rehearse
