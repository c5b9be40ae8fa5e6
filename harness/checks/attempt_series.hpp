// The attempts of one kind of operation in order, and what players felt of them: where an outage
// may begin, and where it is over. See RtoRow (measures.hpp) for the definitions. One pass with
// prefix sums: what is asked of the window from an attempt takes constant time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "record/run.hpp"

namespace rehearse {

constexpr size_t none = std::numeric_limits<size_t>::max();

struct AttemptPoint {
  double t_ms = 0;         // intended send
  double answered_ms = 0;  // only of a success
  bool success = false;    // answered: ok or rejected
  bool refused = false;    // rejected, and not for the protection of players
  double latency_ms = std::numeric_limits<double>::infinity();
  bool steady = false;  // belongs to the steady phase: part of the baseline
};
std::array<std::vector<AttemptPoint>, operation_kinds> points_by_kind(const Run& run);

// Declined rightly, the service is none the worse: whom the protection of players keeps out, who
// took the operation back before it arrived, and whose bet came when a table takes none, as all do
// that waited for the service to come back. (declines_justified says whether it was so.)
bool is_rightly_declined(const Attempt& answer);

class AttemptSeries {
 public:
  AttemptSeries(std::vector<AttemptPoint> points, double end_ms);

  const std::vector<AttemptPoint>& points() const { return points_; }
  int64_t steady_attempts() const {
    return std::ranges::count_if(points_, [](const AttemptPoint& point) { return point.steady; });
  }
  bool has_baseline() const { return baseline_.measured; }
  size_t first_from(double t_ms) const;
  // The first point from `i` on at which an outage ends, or none.
  size_t next_recovery(size_t i) const { return i < next_.size() ? next_[i] : none; }
  // Is a failure at `i` a stray one? Windows that would reach past the end are moved back into it.
  bool is_stray(size_t i) const;
  // Does an outage begin at `i`, although it was answered: refused, or far slower than before, as
  // most in the window from it are?
  bool opens(size_t i) const;

 private:
  // What the steady phase was like.
  struct Baseline {
    bool measured = false;
    double success_share = 1;
    double accepted_share = 1;  // of answers; never quite 1, for few were seen
    double p95_ms = std::numeric_limits<double>::infinity();
  };
  void measure_baseline();
  void sum_up();
  void judge_windows();
  size_t window_end(size_t i) const;
  bool good(size_t begin, size_t end) const;
  bool refuses(size_t begin, size_t end, double share, double chance) const;

  std::vector<AttemptPoint> points_;
  double end_ms_;
  size_t window_attempts_min_ = 0;
  Baseline baseline_;
  // Before each point.
  std::vector<int64_t> successes_, accepted_, slow_, far_slower_;
  std::vector<size_t> next_;
};

}  // namespace rehearse
