#include "base/thread_setup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/scope_exit.hpp"

namespace rehearse {

Status join_network_namespace(const std::string& path) {
  if (path.empty()) return {};
  const auto error = [&path](std::string_view what) {
    const int code = errno;
    return fail(ExitCode::machine, fmt::format("cannot {} network namespace {}: {}", what, path,
                                               std::generic_category().message(code)));
  };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error("open");
  const ScopeExit closing([fd] { ::close(fd); });
  if (::setns(fd, CLONE_NEWNET) != 0) return error("join");
  return {};
}

void raise_thread_priority() {
  // Timers of ordinary threads may fire 50 µs late by default, so that wake-ups can be merged.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  sched_param lowest{};
  lowest.sched_priority = ::sched_get_priority_min(SCHED_RR);
  if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0) return;
  // On Linux a nice value belongs to a thread. Refused: the report's lateness will tell.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), -15);
}

size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
  return limit.rlim_cur;
}

}  // namespace rehearse
