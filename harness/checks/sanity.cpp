#include "checks/sanity.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/clock.hpp"
#include "record/columns.hpp"

namespace rehearse {
namespace {

constexpr size_t told_max = 5;
constexpr double month_ms = 31.0 * 86'400'000;
constexpr int64_t month_ns = int64_t{31} * 86'400 * ns_per_s;
constexpr int64_t year_2200_ns = 7'258'118'400 * ns_per_s;
// Far above all the money of a casino, far below where sums of many overflow; and so for what books
// count or order, and for their times, of which some are multiplied.
constexpr int64_t amount_minor_max = 1'000'000'000'000'000'000;
constexpr int64_t number_max = 1'000'000'000'000'000;

class Sanity {
 public:
  explicit Sanity(const Run& run) : run_(run) {}

  std::vector<std::string> examine() {
    examine_wall();
    time("steady_from_ms", run_.steady_from_ms);
    time("arrivals_end_ms", run_.arrivals_end_ms);
    time("drained_ms", run_.drained_ms);
    time("redundancy_restored_ms", run_.redundancy_restored_ms);
    for (const FaultRecord& fault : run_.faults) examine(fault);
    for (const RoleChange& role : run_.roles) time("a role's t_ms", role.t_ms);
    for (const Event& event : run_.events) time("an event's t_ms", event.t_ms);
    for (const Attempt& attempt : run_.history.attempts) examine(attempt);
    for (const Operation& operation : run_.history.operations) {
      monotonic("an arrival", operation.id, operation.intended_ns);
      amount("an arrival", operation.id, operation.amount_minor);
    }
    for (const Table& table : all_tables())
      if (table.exists(run_.books)) examine(table);
    if (more_ > 0) found_.push_back(fmt::format("{} more numbers that no run can have", more_));
    return std::move(found_);
  }

 private:
  void absurd(std::string what) {
    if (found_.size() < told_max)
      found_.push_back("no run can have this: " + std::move(what));
    else
      ++more_;
  }

  void examine_wall() {
    const int64_t started = run_.started_wall_ns, finished = run_.finished_wall_ns,
                  zero = run_.zero_wall_ns;
    for (const int64_t wall : {started, finished, zero})
      if (wall < 0 || wall > year_2200_ns)
        return absurd(fmt::format("a wall clock at {} ns", wall));
    if (started == 0 || finished == 0) return;
    if (finished < started || finished - started > month_ns)
      absurd(fmt::format("it lasted {} s", (finished - started) / ns_per_s));
    else if (zero != 0 && (zero < started || zero > finished))
      absurd("t = 0 is not between its start and its end");
    else if (zero != 0)
      end_ms_ = static_cast<double>((finished - zero) / ns_per_ms) + clock_slack_ms;
  }

  // Nothing was measured later than the run's end.
  void time(std::string_view what, std::optional<double> ms) {
    if (!ms || (std::isfinite(*ms) && std::abs(*ms) <= month_ms && *ms <= end_ms_)) return;
    absurd(fmt::format("{} is {:.0f} ms", what, *ms));
  }

  void examine(const FaultRecord& fault) {
    time(fault.id + " injected_ms", fault.injected_ms);
    time(fault.id + " effective_ms", fault.effective_ms);
    time(fault.id + " healed_ms", fault.healed_ms);
    if (fault.planned_ms && !(std::abs(*fault.planned_ms) <= month_ms))
      absurd(fmt::format("{} planned_ms is {:.0f} ms", fault.id, *fault.planned_ms));
  }

  // Before t = 0 was reached there is nothing to count from.
  void monotonic(std::string_view what, uint64_t operation, int64_t ns) {
    const int64_t zero = run_.history.zero_ns;
    if (ns == 0 || zero == 0) return;
    if (ns < 0 || ns > zero + month_ns || (zero > month_ns && ns < zero - month_ns))
      absurd(fmt::format("{} of operation {} at {} ns", what, operation, ns));
  }
  void amount(std::string_view what, uint64_t operation, int64_t minor) {
    if (minor > amount_minor_max || minor < -amount_minor_max)
      absurd(fmt::format("{} of operation {} for {} minor", what, operation, minor));
  }

  void examine(const Attempt& attempt) {
    monotonic("an attempt", attempt.operation, attempt.intended_ns);
    monotonic("a send", attempt.operation, attempt.sent_ns);
    monotonic("an answer", attempt.operation, attempt.answered_ns);
    amount("an answer", attempt.operation, attempt.amount_minor);
    amount("a balance", attempt.operation, attempt.balance_minor);
    if (attempt.answered_ns != 0 && attempt.answered_ns < attempt.sent_ns)
      absurd(fmt::format("operation {} was answered before it was sent", attempt.operation));
  }

  void examine(const Table& table) {
    const size_t rows = table.count(run_.books);
    for (const Column& column : table.columns) {
      const int64_t most = column.name.ends_with("_minor") ? amount_minor_max : number_max;
      for (size_t i = 0; i < rows; ++i) {
        const Field field = column.of(table.row(run_.books, i));
        if (std::holds_alternative<std::string*>(field)) break;
        const auto* const* whole = std::get_if<int64_t*>(&field);
        const auto number = whole ? **whole : std::get<std::optional<int64_t>*>(field)->value_or(0);
        if (number > most || number < -most)
          absurd(fmt::format("{} of row {} of {} is {}", column.name, i + 1, table.name, number));
      }
    }
  }

  // Two clocks are asked at a run's end, one after the other.
  static constexpr double clock_slack_ms = 60'000;

  const Run& run_;
  std::vector<std::string> found_;
  int64_t more_ = 0;
  double end_ms_ = month_ms;
};

}  // namespace

std::vector<std::string> absurdities(const Run& run) {
  return Sanity(run).examine();
}

}  // namespace rehearse
