#include "engine/processors.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace rehearse {
namespace {

// The first line: "cpu", user, nice, system, idle, iowait, irq, softirq, steal; guests are in user.
constexpr size_t idle_field = 3, iowait_field = 4, steal_field = 7;
// Of a processor's line in /proc/schedstat, after its name.
constexpr size_t waited_field = 7;

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
    if (field == steal_field) time.stolen = ticks;
  }
  return time;
}

std::optional<int64_t> waiting_us(const std::string& proc) {
  std::ifstream pressure(proc + "/pressure/cpu");
  for (std::string line; std::getline(pressure, line);) {
    const size_t total = line.find("total=");
    if (line.starts_with("some ") && total != std::string::npos)
      return std::strtoll(line.c_str() + total + std::strlen("total="), nullptr, 10);
  }
  std::ifstream queues(proc + "/schedstat");
  std::optional<int64_t> waited_ns;
  for (std::string line; std::getline(queues, line);) {
    if (!line.starts_with("cpu")) continue;
    std::istringstream fields(line);
    std::string name;
    fields >> name;
    int64_t value = 0;
    for (size_t field = 0; field <= waited_field; ++field)
      if (!(fields >> value)) return std::nullopt;
    waited_ns = waited_ns.value_or(0) + value;
  }
  if (!waited_ns) return std::nullopt;
  return *waited_ns / 1000;
}

}  // namespace rehearse
