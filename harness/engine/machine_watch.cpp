#include "engine/machine_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "base/clock.hpp"
#include "engine/processors.hpp"

namespace rehearse {
namespace {

constexpr int64_t nap_ns = 10 * ns_per_ms;  // what a thread of ordinary priority asks for
constexpr int64_t sample_ns = ns_per_s / 2;
constexpr int calm_samples = 2;
constexpr int64_t calm_deadline_ns = 20 * ns_per_s;
// Half of the processors idle, and seldom somebody who waits for one.
constexpr double calm_idle_min = 0.5, calm_waiting_max = 0.3;

struct Look {
  int64_t at_ns = monotonic_ns();
  std::optional<int64_t> waited_us = waiting_us();
  std::optional<ProcessorTime> time = processor_time();
};

MachineSample between(const Look& from, const Look& to, int64_t late_ns) {
  MachineSample sample;
  sample.length_us = (to.at_ns - from.at_ns) / 1000;
  sample.late_us = late_ns / 1000;
  // More wait than there was time: each of several is counted where there is no pressure file.
  if (from.waited_us && to.waited_us)
    sample.waiting_us = std::min(*to.waited_us - *from.waited_us, sample.length_us);
  if (!from.time || !to.time || to.time->all <= from.time->all) return sample;
  const auto share_us = [&](int64_t ticks) {
    return ticks * sample.length_us / (to.time->all - from.time->all);
  };
  sample.idle_us = share_us(to.time->idle - from.time->idle);
  sample.stolen_us = share_us(to.time->stolen - from.time->stolen);
  return sample;
}

bool is_calm(const MachineSample& sample) {
  const auto length_us = static_cast<double>(sample.length_us);
  return static_cast<double>(sample.idle_us.value_or(0)) >= calm_idle_min * length_us &&
         static_cast<double>(sample.waiting_us.value_or(0)) <= calm_waiting_max * length_us;
}

}  // namespace

MachineWatch::MachineWatch() : thread_([this](std::stop_token stop) { watch(stop); }) {}

void MachineWatch::watch(std::stop_token stop) {
  Look last;
  int64_t latest_ns = 0;
  while (!stop.stop_requested()) {
    const int64_t due_ns = monotonic_ns() + nap_ns;
    std::this_thread::sleep_for(std::chrono::nanoseconds(nap_ns));
    latest_ns = std::max(latest_ns, monotonic_ns() - due_ns);
    if (monotonic_ns() - last.at_ns < sample_ns) continue;
    const Look now;
    const std::lock_guard lock(mutex_);
    seen_.push_back(between(last, now, latest_ns));
    seen_ns_.push_back(now.at_ns);
    last = now;
    latest_ns = 0;
  }
}

bool MachineWatch::wait_calm(int64_t deadline_ns, const std::function<bool()>& cancelled) const {
  while (!cancelled()) {
    {
      const std::lock_guard lock(mutex_);
      if (std::ssize(seen_) >= calm_samples &&
          std::all_of(seen_.end() - calm_samples, seen_.end(), is_calm))
        return true;
    }
    if (monotonic_ns() > deadline_ns) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::optional<double> MachineWatch::idle_share(int64_t from_ns, int64_t to_ns) const {
  const std::lock_guard lock(mutex_);
  int64_t idle_us = 0, all_us = 0;
  for (size_t i = 0; i < seen_.size(); ++i) {
    const int64_t began_ns = seen_ns_[i] - seen_[i].length_us * 1000;
    if (began_ns < from_ns || seen_ns_[i] > to_ns || !seen_[i].idle_us) continue;
    idle_us += *seen_[i].idle_us;
    all_us += seen_[i].length_us;
  }
  if (all_us == 0) return std::nullopt;
  return static_cast<double>(idle_us) / static_cast<double>(all_us);
}

std::vector<MachineSample> MachineWatch::finish(const Recorder& recorder) {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  for (size_t i = 0; i < seen_.size(); ++i)
    seen_[i].t_ms = static_cast<int64_t>(recorder.ms(seen_ns_[i]));
  return std::move(seen_);
}

void begin_calm(const MachineWatch& machine, Recorder& recorder,
                const std::function<bool()>& cancelled) {
  const int64_t from_ns = monotonic_ns();
  const bool calm = machine.wait_calm(from_ns + calm_deadline_ns, cancelled);
  recorder.event(
      "machine", calm ? "calm" : "not calm, and load begins all the same",
      fmt::format("after {:.1f} s", static_cast<double>(monotonic_ns() - from_ns) / ns_per_s));
}

}  // namespace rehearse
