// Proves that the platform's own alarms woke somebody for whatever players felt for long, and
// nobody when nothing was wrong: an alert fired between each disruptive fault and the end of what
// it cost, and none fired in the steady phase.
// From: alerts (Prometheus), client history, fault records.
// Cannot see: whether a page would have reached a person; times while no copy of Prometheus
// watched (they are inconclusive).
#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "checks/examination.hpp"
#include "checks/instants.hpp"
#include "checks/joined.hpp"
#include "checks/machine.hpp"
#include "checks/measures.hpp"

namespace rehearse {
namespace {

// Alarms need two scrapes and the seconds that their rules wait: shorter outages may end unseen.
constexpr double noticed_ms = 12'000;
// Rules look back: one that fires this soon after the warm-up, and not for long, tells of it.
constexpr double looks_back_ms = 10'000;
// The longest that a rule looks back (RoleChange: 30 s), and what is late of it.
constexpr double looks_back_ms_max = 35'000;
constexpr std::string_view watchdog = "Watchdog";  // fires all the time, by convention
constexpr double watchdog_gap_ms = 5'000;          // a scrape and an evaluation late

struct Firing {
  double from_ms = 0, to_ms = 0;  // on the run's clock
};

struct Alarms {
  std::map<std::string, std::vector<Firing>> by_name;  // without the watchdog's
  std::vector<Firing> watched;                         // by any copy, merged, in order
};

std::vector<Firing> merged(std::vector<Firing> intervals) {
  std::ranges::sort(intervals, {}, &Firing::from_ms);
  std::vector<Firing> result;
  for (const Firing& next : intervals) {
    if (result.empty() || next.from_ms > result.back().to_ms + watchdog_gap_ms) {
      result.push_back(next);
    } else {
      result.back().to_ms = std::max(result.back().to_ms, next.to_ms);
    }
  }
  return result;
}

Alarms alarms_of(const Run& run) {
  Alarms alarms;
  for (const Alert& alert : *run.books.alerts) {
    const auto from_ms = run_ms_of(run, alert.began_at);
    const auto to_ms = run_ms_of(run, alert.ended_at);
    if (!from_ms || !to_ms) continue;
    const bool dog = alert.alert == watchdog;
    (dog ? alarms.watched : alarms.by_name[alert.alert]).push_back({*from_ms, *to_ms});
  }
  alarms.watched = merged(std::move(alarms.watched));
  return alarms;
}

bool is_watched(const Alarms& alarms, double from_ms, double to_ms) {
  return std::ranges::any_of(alarms.watched, [&](const Firing& watched) {
    return watched.from_ms <= from_ms + watchdog_gap_ms && watched.to_ms >= to_ms - watchdog_gap_ms;
  });
}

// What fires before anybody plays tells of the raise, or of a reset that gave the lead back.
double load_began_ms(const Run& run) {
  int64_t first_ns = run.history.zero_ns;
  for (const Operation& operation : run.history.operations)
    first_ns = std::min(first_ns, operation.intended_ns);
  return static_cast<double>(first_ns - run.history.zero_ns) / ns_per_ms;
}

void examine_quiet(Examination& examination, const Run& run, const Alarms& alarms) {
  examination.examined();
  if (!is_watched(alarms, run.steady_from_ms, 0))
    return examination.cannot_say("nobody watched the steady phase: no Watchdog");
  const double began_ms = load_began_ms(run);
  for (const auto& [name, intervals] : alarms.by_name)
    for (const Firing& fired : intervals) {
      if (fired.from_ms < began_ms && fired.to_ms - fired.from_ms < looks_back_ms_max) continue;
      const bool of_warm_up = fired.from_ms < run.steady_from_ms + looks_back_ms && fired.to_ms < 0;
      if (fired.from_ms >= 0 || fired.to_ms <= run.steady_from_ms || of_warm_up) continue;
      // A scrape that comes late looks like a node that is down.
      const std::string late = machine_late(run, fired.from_ms - looks_back_ms, fired.from_ms);
      if (!late.empty())
        examination.cannot_say(fmt::format("{} fired in the steady phase, at {}: {}", name,
                                           format_ms(fired.from_ms), late));
      else
        examination.violation("{} fired in the steady phase, from {} to {}", name,
                              format_ms(fired.from_ms), format_ms(fired.to_ms));
    }
}

// What one fault cost, over all kinds of operations.
struct Cost {
  std::string operation;
  double from_ms = 0, to_ms = 0;
};

std::map<std::string, Cost> costs_of(const Joined& joined) {
  std::map<std::string, Cost> costs;
  for (const RtoRow& row : joined.rto) {
    if (!row.measured_ms || *row.measured_ms < noticed_ms || !row.first_error_ms) continue;
    const double to_ms = row.recovered_ms.value_or(joined.run.arrivals_end_ms);
    Cost& cost = costs[row.fault];
    if (!cost.operation.empty() && cost.to_ms - cost.from_ms >= to_ms - *row.first_error_ms)
      continue;
    cost = {row.operation, *row.first_error_ms, to_ms};
  }
  return costs;
}

}  // namespace

Finding examine_alerts_fired(const Joined& joined) {
  const Run& run = joined.run;
  if (!run.books.alerts) return without_books("alerts_fired", "alerts");
  Examination examination("alerts_fired");
  const Alarms alarms = alarms_of(run);
  examine_quiet(examination, run, alarms);
  const auto costs = costs_of(joined);
  for (const auto& [fault, cost] : costs) {
    examination.examined();
    std::vector<std::string> names;
    for (const auto& [name, intervals] : alarms.by_name)
      if (std::ranges::any_of(intervals, [&](const Firing& fired) {
            return fired.from_ms <= cost.to_ms && fired.to_ms >= cost.from_ms;
          }))
        names.push_back(name);
    if (!names.empty()) continue;
    if (!is_watched(alarms, cost.from_ms, cost.to_ms)) {
      examination.cannot_say(fmt::format("nobody watched while {} was felt", fault));
      continue;
    }
    const std::string missing =
        fmt::format("{} was out for {} after {}, and no alert fired", cost.operation,
                    format_ms(cost.to_ms - cost.from_ms), fault);
    if (const std::string late = machine_late(run, cost.from_ms, cost.to_ms); !late.empty())
      examination.cannot_say(missing + ": " + late);
    else
      examination.violation("{}", missing);
  }
  if (costs.empty()) examination.not_exercised("players felt no outage that an alarm is for");
  const std::string summary = examination.violations() > 0
                                  ? counted(examination.violations(), "alarm") + " missing or false"
                                  : fmt::format("quiet before the faults, {} noticed",
                                                counted(std::ssize(costs), "outage"));
  return std::move(examination).finish(summary);
}

}  // namespace rehearse
