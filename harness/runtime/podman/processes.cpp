#include "runtime/podman/processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/clock.hpp"
#include "runtime/machine.hpp"

namespace rehearse {
namespace {

constexpr int64_t freeze_ms = 2'000;
constexpr auto freeze_poll = std::chrono::microseconds(200);

// A process that cannot become another one behind our back.
class Held {
 public:
  Held(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  Held(Held&& other) noexcept : pid_(other.pid_), fd_(std::exchange(other.fd_, -1)) {}
  ~Held() {
    if (fd_ >= 0) ::close(fd_);
  }
  pid_t pid() const { return pid_; }
  bool alive() const {
    pollfd gone{fd_, POLLIN, 0};
    return ::poll(&gone, 1, 0) == 0;
  }
  int send(int signal) const {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0));
  }

 private:
  pid_t pid_;
  int fd_;
};

std::optional<Held> hold(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return std::nullopt;
  Held process(pid, fd);
  if (!process.alive()) return std::nullopt;
  return process;
}

bool same_file(const std::string& one, const std::string& other) {
  struct stat a {
  }, b{};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<int64_t> number_in(const std::string& path) {
  const std::string line = first_line(path);
  char* end = nullptr;
  const int64_t number = std::strtoll(line.c_str(), &end, 10);
  if (end == line.c_str() || number <= 0) return std::nullopt;
  return number;
}

// The process that began the node's container; nullopt when it is gone. It is held before it is
// looked at, so that what was looked at is what is held.
std::optional<Held> first_process(const std::string& pid_file, const std::string& node) {
  const auto pid = number_in(pid_file);
  if (!pid) return std::nullopt;
  auto process = hold(static_cast<pid_t>(*pid));
  if (!process) return std::nullopt;
  if (!same_file(fmt::format("/proc/{}/ns/net", *pid), namespace_path(node)) || !process->alive())
    return std::nullopt;
  return process;
}

struct Freezer {
  std::string file;  // empty: none was found
  const char* frozen = "1";
  const char* thawed = "0";
};

Freezer freezer_of(pid_t pid) {
  std::ifstream groups(fmt::format("/proc/{}/cgroup", pid));
  std::string line, unified;
  while (std::getline(groups, line)) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers == "freezer")
      return {"/sys/fs/cgroup/freezer" + path + "/freezer.state", "FROZEN", "THAWED"};
    if (controllers.empty()) unified = path;
  }
  for (const std::string root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (const std::string file = root + unified + "/cgroup.freeze";
        ::access(file.c_str(), W_OK) == 0)
      return {file};
  return {};
}

// Version 2 takes the order at once and says in another file when it has been carried out.
bool stands_still(const Freezer& freezer) {
  if (freezer.file.empty()) return false;
  if (!freezer.file.ends_with("cgroup.freeze")) return first_line(freezer.file) == freezer.frozen;
  std::ifstream events(freezer.file.substr(0, freezer.file.rfind('/')) + "/cgroup.events");
  std::string name, value;
  while (events >> name >> value)
    if (name == "frozen") return value == "1";
  return false;
}

Status order(const Freezer& freezer, const std::string& node, bool frozen) {
  if (freezer.file.empty())
    return fail(ExitCode::machine,
                fmt::format("no freezer of control groups was found for {}; `./rehearse doctor` "
                            "says what this machine has",
                            node));
  std::ofstream file(freezer.file);
  file << (frozen ? freezer.frozen : freezer.thawed) << std::flush;
  if (!file)
    return fail(ExitCode::machine,
                fmt::format("cannot write {}: {}", freezer.file, std::strerror(errno)));
  const int64_t end_ns = monotonic_ns() + freeze_ms * ns_per_ms;
  while (stands_still(freezer) != frozen) {
    if (monotonic_ns() > end_ns)
      return fail(ExitCode::machine, fmt::format("{} does not {} within {} ms", node,
                                                 frozen ? "stand still" : "go on", freeze_ms));
    std::this_thread::sleep_for(freeze_poll);
  }
  return {};
}

struct Inside {
  int64_t pid = 0;  // as the process itself sees it
  ProcessState state = ProcessState::gone;
};

Inside seen_from_inside(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  Inside result;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) {
      const char state = line[line.find_first_not_of(" \t", 6)];
      result.state = state == 'T'                   ? ProcessState::stopped
                     : state == 'Z' || state == 'X' ? ProcessState::gone
                                                    : ProcessState::alive;
    }
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream numbers(line.substr(6));
    for (int64_t number = 0; numbers >> number;) result.pid = number;
  }
  return result;
}

// Those that share the process identifiers of `first` and that `wanted` says yes to.
std::vector<Held> find_inside(const Held& first, const std::function<bool(pid_t)>& wanted) {
  const std::string space = fmt::format("/proc/{}/ns/pid", first.pid());
  std::vector<Held> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (!same_file(fmt::format("/proc/{}/ns/pid", pid), space)) continue;
    auto process = hold(pid);
    if (process && wanted(pid)) found.push_back(std::move(*process));
  }
  return found;
}

std::optional<Held> find_inside(const Held& first, int64_t pid_inside) {
  auto found =
      find_inside(first, [&](pid_t pid) { return seen_from_inside(pid).pid == pid_inside; });
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::string command_line(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
  std::string line{std::istreambuf_iterator<char>(file), {}};
  std::ranges::replace(line, '\0', ' ');
  return line;
}

}  // namespace

std::string find_freezer() {
  if (std::filesystem::exists("/sys/fs/cgroup/freezer")) return "cgroups version 1";
  for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
    if (std::filesystem::exists(std::string(root) + "/cgroup.controllers"))
      return "cgroups version 2";
  return "";
}

Status Processes::kill(const std::vector<std::string>& nodes) const {
  Status first;
  for (const auto& node : nodes) {
    const auto process = first_process(pid_file(node), node);
    // ESRCH: it died between the two lines.
    if (process && process->send(SIGKILL) != 0 && errno != ESRCH && first)
      first =
          fail(ExitCode::machine, fmt::format("cannot kill {}: {}", node, std::strerror(errno)));
  }
  return first;
}

Status Processes::freeze(const std::vector<std::string>& nodes) const {
  for (const auto& node : nodes) {
    const auto process = first_process(pid_file(node), node);
    if (!process) return fail(ExitCode::machine, fmt::format("{} does not run", node));
    if (auto done = order(freezer_of(process->pid()), node, true); !done) return done;
  }
  return {};
}

Status Processes::thaw(const std::vector<std::string>& nodes) const {
  Status first;
  for (const auto& node : nodes) {
    const auto process = first_process(pid_file(node), node);
    if (!process) continue;
    const Freezer freezer = freezer_of(process->pid());
    if (freezer.file.empty()) continue;  // then it was never frozen by us
    if (auto done = order(freezer, node, false); !done && first) first = done;
  }
  return first;
}

Result<std::map<std::string, NodeState>> Processes::states() const {
  std::map<std::string, NodeState> result;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(pid_dir_, error)) {
    const std::string node = entry.path().filename();
    const auto process = first_process(entry.path(), node);
    result[node] = {true, process.has_value(), process && stands_still(freezer_of(process->pid()))};
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return fail(ExitCode::machine, fmt::format("cannot read {}: {}", pid_dir_, error.message()));
  return result;
}

Result<int64_t> Processes::pid_of(const std::string& node, const std::string& words) const {
  const auto first = first_process(pid_file(node), node);
  if (!first) return fail(ExitCode::machine, fmt::format("{} does not run", node));
  const auto found = find_inside(
      *first, [&](pid_t pid) { return command_line(pid).find(words) != std::string::npos; });
  if (found.size() == 1) return seen_from_inside(found.front().pid()).pid;
  return fail(ExitCode::machine, fmt::format("{} processes on {} are called `{}`: one was expected",
                                             found.size(), node, words));
}

Status Processes::signal(const std::string& node, int64_t pid_inside, int signal) const {
  const auto first = first_process(pid_file(node), node);
  const auto process = first ? find_inside(*first, pid_inside) : std::nullopt;
  if (process && process->send(signal) == 0) return {};
  return fail(ExitCode::machine, fmt::format("cannot signal process {} of {}: {}", pid_inside, node,
                                             process ? std::strerror(errno) : "there is none"));
}

Result<ProcessState> Processes::process(const std::string& node, int64_t pid_inside) const {
  const auto first = first_process(pid_file(node), node);
  const auto process = first ? find_inside(*first, pid_inside) : std::nullopt;
  return process ? seen_from_inside(process->pid()).state : ProcessState::gone;
}

Result<std::map<std::string, std::vector<int64_t>>> Processes::stopped(
    const std::vector<std::string>& nodes) const {
  std::map<std::string, std::vector<int64_t>> found;
  for (const auto& node : nodes) {
    const auto first = first_process(pid_file(node), node);
    if (!first) continue;
    const auto processes = find_inside(
        *first, [](pid_t pid) { return seen_from_inside(pid).state == ProcessState::stopped; });
    for (const auto& process : processes)
      found[node].push_back(seen_from_inside(process.pid()).pid);
  }
  return found;
}

}  // namespace rehearse
