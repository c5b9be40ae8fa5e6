// Whether the machine had processor to spare: what is measured on one that had not tells of the
// machine as much as of the platform. Source: /proc/stat, see proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rehearse {

// Since the boot, of all processors together, in clock ticks. What a hypervisor gave to others is
// stolen: it counts as all and not as idle.
struct ProcessorTime {
  int64_t all = 0, idle = 0, stolen = 0;
};

// nullopt: not to be read.
std::optional<ProcessorTime> processor_time(const std::string& file = "/proc/stat");

// Since the boot, microseconds in which somebody who could run waited for a processor: the kernel's
// pressure stall information (Documentation/accounting/psi.rst) where there is some, else what its
// run queues say (sched-stats.rst), which counts everybody who waits. nullopt: neither.
std::optional<int64_t> waiting_us(const std::string& proc = "/proc");

}  // namespace rehearse
