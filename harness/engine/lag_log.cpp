#include "engine/lag_log.hpp"

#include <chrono>

#include "base/clock.hpp"
#include "base/rest.hpp"

namespace rehearse {
namespace {

constexpr auto interval = std::chrono::seconds(1);

// Only what is needed later: views are large, and a run may be long.
StackView lags_only(const StackView& view) {
  StackView kept;
  for (const auto& [name, node] : view.nodes)
    for (const auto& [field, value] : node.status)
      if (field.starts_with("lag")) kept.nodes[name].status[field] = value;
  return kept;
}

}  // namespace

std::vector<LagSample> lags_of(const StackView& view, int64_t t_ms) {
  std::vector<LagSample> samples;
  for (const auto& [name, node] : view.nodes)
    for (const auto& [field, value] : node.status)
      if (field.starts_with("lag")) samples.push_back({t_ms, name, field, value});
  return samples;
}

LagLog::LagLog(const Observer& observer, const Recorder& recorder)
    : observer_(observer),
      recorder_(recorder),
      thread_([this](std::stop_token stop) { watch(stop); }) {}

void LagLog::watch(std::stop_token stop) {
  while (!stop.stop_requested()) {
    seen_.emplace_back(monotonic_ns(), lags_only(observer_.view()));
    rest(stop, interval);
  }
}

std::vector<LagSample> LagLog::finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  std::vector<LagSample> samples;
  for (const auto& [at_ns, view] : seen_) {
    const auto now = lags_of(view, static_cast<int64_t>(recorder_.ms(at_ns)));
    samples.insert(samples.end(), now.begin(), now.end());
  }
  return samples;
}

}  // namespace rehearse
