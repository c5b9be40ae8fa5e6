#include "checks/machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace rehearse {
namespace {

// Measured on two cores: at a usual rate somebody waits for a fifth of the time, while a zone comes
// back for nearly all of some seconds; over a recovery as a whole it stays below a third, and the
// thread's latest second seldom reaches 10 ms.
constexpr double pressure_max = 0.5, stolen_max = 0.05, late_ms_max = 10;

struct TimeShare {
  int64_t us = 0, of_us = 0;
  void add(const std::optional<int64_t>& part_us, int64_t length_us) {
    if (!part_us) return;
    us += *part_us;
    of_us += length_us;
  }
  std::optional<double> share() const {
    if (of_us <= 0) return std::nullopt;
    return static_cast<double>(us) / static_cast<double>(of_us);
  }
};

}  // namespace

std::optional<MachineState> machine_between(const Run& run, double from_ms, double to_ms) {
  if (!run.books.machine) return std::nullopt;
  TimeShare waiting, idle, stolen;
  std::vector<int64_t> late_us;
  for (const MachineSample& sample : *run.books.machine) {
    const auto end_ms = static_cast<double>(sample.t_ms);
    const double begin_ms = end_ms - static_cast<double>(sample.length_us) / 1000;
    if (sample.length_us <= 0 || end_ms <= from_ms || begin_ms >= to_ms) continue;
    waiting.add(sample.waiting_us, sample.length_us);
    idle.add(sample.idle_us, sample.length_us);
    stolen.add(sample.stolen_us, sample.length_us);
    late_us.push_back(sample.late_us);
  }
  if (late_us.empty()) return std::nullopt;
  const auto middle = late_us.begin() + std::ssize(late_us) / 2;
  std::ranges::nth_element(late_us, middle);
  return MachineState{waiting.share(), stolen.share(), idle.share(),
                      static_cast<double>(*middle) / 1000};
}

std::vector<MachinePhase> machine_by_phase(const Run& run, const std::vector<RtoRow>& rto) {
  std::vector<MachinePhase> phases;
  for (const PhaseSpan& span : phase_spans(run, rto))
    if (const auto state = machine_between(run, span.from_ms, span.to_ms))
      phases.push_back({std::string(span.phase), *state});
  return phases;
}

std::string machine_late(const Run& run, double from_ms, double to_ms) {
  const auto state = machine_between(run, from_ms, to_ms);
  if (!state) return "";
  std::vector<std::string> how;
  if (state->pressure.value_or(0) > pressure_max)
    how.push_back(
        fmt::format("{:.0f}% of the time somebody waited for a processor", *state->pressure * 100));
  if (state->stolen.value_or(0) > stolen_max)
    how.push_back(fmt::format("{:.0f}% of the processors was stolen", *state->stolen * 100));
  if (state->late_ms > late_ms_max)
    how.push_back(
        fmt::format("a thread woke up to {:.0f} ms late in every other look", state->late_ms));
  if (how.empty()) return "";
  return fmt::format("the machine was late ({}): more cores, less beside it, or a lower --rate",
                     fmt::join(how, ", "));
}

}  // namespace rehearse
