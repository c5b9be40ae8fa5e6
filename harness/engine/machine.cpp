#include "engine/machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/files.hpp"
#include "runtime/podman/delay.hpp"
#include "runtime/podman/network.hpp"
#include "runtime/podman/processes.hpp"

namespace rehearse {
namespace {

// The whole stack was seen to use 3 GiB of memory and 2 GiB of disk; the rest is room to breathe.
constexpr int64_t memory_needed_mib = 4096;
constexpr int64_t disk_needed_mib = 4096;
constexpr int64_t run_disk_needed_mib = 512;

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string all = path ? path : "/usr/sbin:/usr/bin:/sbin:/bin";
  all += ":";
  for (size_t at = 0, end; (end = all.find(':', at)) != std::string::npos; at = end + 1)
    if (::access((all.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

int64_t memory_available_mib() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("MemAvailable:")) return std::atoll(line.c_str() + 13) / 1024;
  return 0;
}

// Of the nearest folder above that exists.
int64_t disk_free_mib(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(path, ignored);
  while (!std::filesystem::exists(at, ignored) && at.has_relative_path()) at = at.parent_path();
  struct statvfs info {};
  if (::statvfs(at.c_str(), &info) != 0) return 0;
  return static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize) / (1 << 20);
}

MachineFact program_fact(const std::string& program, const std::string& package) {
  const bool ok = on_path(program);
  return {program, ok, ok ? "installed" : "not installed",
          ok ? "" : fmt::format("install it: apt-get install {}", package)};
}

MachineFact room_fact(const std::string& name, const std::string& where, int64_t have_mib,
                      int64_t need_mib) {
  const bool ok = have_mib >= need_mib;
  return {name, ok, fmt::format("{} MiB free{}", have_mib, where),
          ok ? "" : fmt::format("{} MiB are needed: free some", need_mib)};
}

MachineFact delay_fact() {
  switch (find_delay_means()) {
    case DelayMeans::netem:
      return {"delay", true, "the kernel's netem", "", false};
    case DelayMeans::queue:
      return {"delay", false, "this kernel has no netem: NFQUEUE takes its place",
              "network_latency holds packets in a thread for each node, within 1 ms, and ends by "
              "itself when the harness dies",
              false};
    case DelayMeans::none:
      break;
  }
  return {"delay", false, "neither netem nor NFQUEUE",
          "network_latency cannot be injected: it needs a kernel with sch_netem, or with "
          "NFNETLINK_QUEUE and the package iptables, and root",
          false};
}

MachineFact cut_fact() {
  if (network::can_cut()) return {"cuts", true, "packet rules at devices", ""};
  return {
      "cuts", false, "no packet rules at devices",
      "nodes cannot be cut off: it needs Linux 5.16 or newer with NETFILTER_EGRESS, nft, and root"};
}

MachineFact freezer_fact() {
  const std::string found = find_freezer();
  if (!found.empty()) return {"freezer", true, found, "", false};
  return {
      "freezer", false, "no cgroups with a freezer under /sys/fs/cgroup",
      "process_pause cannot be injected: mount cgroups of version 2, or the freezer of version 1",
      false};
}

// An abstract name is one of the network namespace's, and goes with its socket. -1: it is taken.
int hold_network() {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  constexpr std::string_view text{"\0rehearse", 9};
  text.copy(name.sun_path, text.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), length) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

StatePaths state_paths() {
  const char* chosen = std::getenv("REHEARSE_STATE");
  const std::string root = chosen && *chosen ? chosen : "/var/lib/rehearse";
  return {root,           root + "/nodes", root + "/active.json",
          root + "/lock", root + "/logs",  root + "/nodes/.secrets"};
}

std::unique_ptr<Runtime> open_runtime() {
  return make_runtime(state_paths().nodes);
}

Result<std::map<std::string, std::string>> versions_of(Machine& machine) {
  auto versions = machine.versions();
  if (!versions) return versions;
  (*versions)["rehearse"] = REHEARSE_VERSION;
  utsname kernel{};
  if (::uname(&kernel) == 0) (*versions)["kernel"] = kernel.release;
  return versions;
}

std::vector<MachineFact> inspect_machine(const std::string& runs_dir) {
  std::vector<MachineFact> facts;
  const bool root = ::geteuid() == 0;
  facts.push_back({"root", root, root ? "yes" : "no",
                   root ? "" : "network namespaces and packet rules need root: use sudo"});
  facts.push_back(program_fact("podman", "podman"));
  facts.push_back(program_fact("runc", "runc"));
  facts.push_back(program_fact("nft", "nftables"));
  facts.push_back(program_fact("ip", "iproute2"));
  facts.push_back(cut_fact());
  facts.push_back(delay_fact());
  facts.push_back(freezer_fact());
  const auto state = state_paths();
  facts.push_back(room_fact("memory", "", memory_available_mib(), memory_needed_mib));
  facts.push_back(
      room_fact("disk", " for " + state.root, disk_free_mib(state.root), disk_needed_mib));
  facts.push_back(
      room_fact("run disk", " for " + runs_dir, disk_free_mib(runs_dir), run_disk_needed_mib));
  return facts;
}

Status require_machine(const std::string& runs_dir) {
  for (const auto& fact : inspect_machine(runs_dir))
    if (fact.required && !fact.ok)
      return fail(ExitCode::machine, fmt::format("this machine cannot rehearse: {}: {}; {}",
                                                 fact.name, fact.found, fact.follows));
  return {};
}

Result<std::unique_ptr<MachineLock>> MachineLock::take() {
  const auto state = state_paths();
  if (auto made = make_directories(state.root); !made) return std::unexpected(made.error());
  const int fd = ::open(state.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return fail(ExitCode::machine,
                fmt::format("cannot open {}: {}", state.lock, std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = "";
    const ssize_t length = ::pread(fd, holder, sizeof holder - 1, 0);
    holder[length > 0 ? length : 0] = 0;
    ::close(fd);
    return fail(ExitCode::machine,
                fmt::format("another rehearse (process {}) is at work on this machine: wait for it "
                            "to end, or interrupt it",
                            holder));
  }
  const int network = hold_network();
  if (network < 0) {
    ::close(fd);
    return fail(ExitCode::machine,
                "another rehearse, with another state folder, is at work on this "
                "machine's network: wait for it to end, or interrupt it");
  }
  const std::string own = std::to_string(::getpid());
  (void)!::ftruncate(fd, 0);
  (void)!::pwrite(fd, own.data(), own.size(), 0);
  return std::unique_ptr<MachineLock>(new MachineLock(fd, network));
}

MachineLock::~MachineLock() {
  ::close(network_);
  ::close(file_);
}

}  // namespace rehearse
