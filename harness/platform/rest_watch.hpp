// When a platform has come to rest: everything that was begun is done, as far as its nodes tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/platform.hpp"

namespace rehearse {

// Nodes are looked at one after another, so one look at each proves nothing: work can move from a
// node that is looked at next to one that was idle a moment ago (a provider delivers its last
// webhook after the cashier was seen, and is seen idle itself). Who was idle wakes up only by work
// from another, so everybody must be idle twice, the second time in looks that began after the
// first round ended (two waves, as in Mattern, Algorithms for distributed termination detection,
// 1987).
class RestWatch {
 public:
  // Looks that began before `since_ns` say nothing.
  RestWatch(const Platform& platform, int64_t since_ns)
      : platform_(platform), since_ns_(since_ns) {}

  bool at_rest(const StackView& view, int64_t now_ns);
  // What was still to be done at the last look, in words.
  const std::vector<std::string>& pending() const { return pending_; }

 private:
  const Platform& platform_;
  int64_t since_ns_;
  bool once_ = false;
  std::vector<std::string> pending_;
};

}  // namespace rehearse
