// Whether the machine had processor to spare: what is measured on one that had not tells of the
// machine as much as of the platform. Source: /proc/stat, see proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rehearse {

// Since the boot, of all processors together, in clock ticks. What a hypervisor gave to others
// counts as all and not as idle.
struct ProcessorTime {
  int64_t all = 0, idle = 0;
};

// nullopt: not to be read.
std::optional<ProcessorTime> processor_time(const std::string& file = "/proc/stat");

// 0 to 1; nullopt when no time went by.
std::optional<double> idle_share(const ProcessorTime& from, const ProcessorTime& to);

}  // namespace rehearse
