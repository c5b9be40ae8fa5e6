#include "platform/rest_watch.hpp"

namespace rehearse {

bool RestWatch::at_rest(const StackView& view, int64_t now_ns) {
  pending_ = platform_.pending_work(view, since_ns_);
  if (!pending_.empty()) {
    // Not looked at yet is no work; work that is seen makes the first round worthless.
    if (!platform_.pending_work(view, 0).empty()) once_ = false;
    return false;
  }
  if (once_) return true;
  once_ = true;
  since_ns_ = now_ns;
  return false;
}

}  // namespace rehearse
