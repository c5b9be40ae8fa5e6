#include "engine/processors.hpp"

#include <fstream>

namespace rehearse {
namespace {

// The first line: "cpu", user, nice, system, idle, iowait, irq, softirq, steal; guests are in user.
constexpr size_t idle_field = 3, iowait_field = 4, steal_field = 7;

}  // namespace

std::optional<ProcessorTime> processor_time(const std::string& file) {
  std::ifstream in(file);
  std::string name;
  if (!(in >> name) || name != "cpu") return std::nullopt;
  ProcessorTime time;
  for (size_t field = 0; field <= steal_field; ++field) {
    int64_t ticks = 0;
    if (!(in >> ticks)) return std::nullopt;
    time.all += ticks;
    if (field == idle_field || field == iowait_field) time.idle += ticks;
  }
  return time;
}

std::optional<double> idle_share(const ProcessorTime& from, const ProcessorTime& to) {
  if (to.all <= from.all) return std::nullopt;
  return static_cast<double>(to.idle - from.idle) / static_cast<double>(to.all - from.all);
}

}  // namespace rehearse
