// Whether an effect was in force over its whole length, from looks at it. Between a look that saw
// it and the next one that does, with one in between that does not, it may have been away all the
// time: gaps are upper bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "record/timeline.hpp"

namespace rehearse {

// A fault whose effect may have been away for more than this share of its length is not effective:
// what recovered meanwhile recovered from nothing. (One lapse that one look sees, of a fault that
// is looked at every second, is within it from 20 s on.)
constexpr double gap_share_max = 0.05;

class Gaps {
 public:
  explicit Gaps(int64_t effective_ns) : effective_ns_(effective_ns), in_force_ns_(effective_ns) {}

  void look(bool in_force, int64_t now_ns) {
    if (!in_force) {
      if (!lapsed_) ++count_;
      lapsed_ = true;
      return;
    }
    if (lapsed_) sum_ns_ += now_ns - in_force_ns_;
    lapsed_ = false;
    in_force_ns_ = now_ns;
  }
  void end(int64_t now_ns) {
    if (lapsed_) sum_ns_ += now_ns - in_force_ns_;
    lapsed_ = false;
    length_ns_ = now_ns - effective_ns_;
  }

  bool lapsed() const { return lapsed_; }
  int64_t count() const { return count_; }
  int64_t sum_ns() const { return sum_ns_; }
  // After the end. None where there was no gap; why the fault is not effective, in words.
  Evidence evidence() const;
  std::optional<std::string> too_long() const;

 private:
  int64_t effective_ns_, in_force_ns_;  // the latter: when it was seen last
  int64_t count_ = 0, sum_ns_ = 0, length_ns_ = 0;
  bool lapsed_ = false;
};

}  // namespace rehearse
