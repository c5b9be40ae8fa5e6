#include "runtime/podman/monitors.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/clock.hpp"

namespace rehearse {
namespace {

constexpr auto look_again = std::chrono::milliseconds(50);

std::string whole_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The word after `-n` of its command line; empty: it is no monitor.
std::string container_of_monitor(const std::string& pid) {
  if (whole_file("/proc/" + pid + "/comm") != "conmon\n") return "";
  const std::string line = whole_file("/proc/" + pid + "/cmdline");
  const std::string option{"\0-n\0", 4};
  const size_t at = line.find(option);
  return at == std::string::npos ? "" : line.c_str() + at + option.size();
}

}  // namespace

std::vector<Monitor> find_monitors(const std::string& prefix) {
  std::vector<Monitor> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string container = container_of_monitor(name);
    if (!container.empty() && container.starts_with(prefix))
      found.push_back({static_cast<pid_t>(std::stol(name)), container});
  }
  return found;
}

std::vector<Monitor> orphaned_monitors(const std::string& prefix,
                                       const std::vector<std::string>& listed) {
  auto found = find_monitors(prefix);
  std::erase_if(found, [&](const Monitor& monitor) {
    return std::ranges::find(listed, monitor.container) != listed.end();
  });
  return found;
}

Status end_monitors(const std::string& prefix, int64_t patience_ms) {
  const int64_t end_ns = monotonic_ns() + patience_ms * ns_per_ms;
  auto left = find_monitors(prefix);
  while (!left.empty() && monotonic_ns() < end_ns) {
    std::this_thread::sleep_for(look_again);
    left = find_monitors(prefix);
  }
  for (const auto& monitor : left) {
    // Held, then looked at once more: the number may be another process's by now.
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, monitor.pid, 0));
    if (fd < 0) continue;
    if (container_of_monitor(std::to_string(monitor.pid)) == monitor.container)
      (void)::syscall(SYS_pidfd_send_signal, fd, SIGKILL, nullptr, 0);
    ::close(fd);
  }
  const int64_t gone_ns = monotonic_ns() + ns_per_s;
  while (!(left = find_monitors(prefix)).empty()) {
    if (monotonic_ns() > gone_ns)
      return fail(ExitCode::machine, fmt::format("the monitor of {} (process {}) does not end",
                                                 left.front().container, left.front().pid));
    std::this_thread::sleep_for(look_again);
  }
  return {};
}

}  // namespace rehearse
