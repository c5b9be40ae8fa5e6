#include "engine/guard_post.hpp"

namespace rehearse {

Status GuardPost::begin(const std::string& run_dir) {
  run_dir_ = run_dir;
  auto guardian = start_(run_dir_);
  if (!guardian) return std::unexpected(guardian.error());
  guardian_ = std::move(*guardian);
  return {};
}

void GuardPost::watch() {
  if (!guardian_ || guardian_->runs()) return;
  recorder_.trouble("the guardian died: had the harness died as well, faults would have stayed");
  guardian_.reset();
  if (auto successor = begin(run_dir_); !successor)
    recorder_.trouble("it has no successor: " + successor.error().message);
}

void GuardPost::dismiss() {
  if (!guardian_) return;
  if (const auto done = dismiss_guardian(*guardian_); !done)
    recorder_.trouble("the guardian failed: " + done.error().message);
  guardian_.reset();
}

}  // namespace rehearse
