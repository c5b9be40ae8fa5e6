#include "runtime/companion.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/scope_exit.hpp"
#include "runtime/spawn.hpp"

namespace rehearse {
namespace {

// Waits until a child of ours has ended, not longer than the deadline.
bool wait_for_end(int pid, int64_t deadline_ms) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return false;
  const ScopeExit closing([fd] { ::close(fd); });
  pollfd ended{fd, POLLIN, 0};
  return ::poll(&ended, 1, static_cast<int>(deadline_ms)) == 1;
}

}  // namespace

Result<std::unique_ptr<Companion>> Companion::start(const std::vector<std::string>& argv) {
  if (::access(argv.front().c_str(), X_OK) != 0)
    return fail(ExitCode::machine,
                fmt::format("cannot start {}: {}", argv.front(), std::strerror(errno)));
  int ends[2];  // sockets, because a write to a pipe that nobody reads raises SIGPIPE
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return fail(ExitCode::machine,
                fmt::format("cannot make a socket pair: {}", std::strerror(errno)));
  const ScopeExit closing_theirs([&ends] { ::close(ends[1]); });
  ScopeExit closing_ours([&ends] { ::close(ends[0]); });
  const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const ScopeExit closing_nothing([nothing] { ::close(nothing); });
  const auto pid = spawn(argv.front(), argv, {ends[1], nothing, nothing}, Own::session);
  if (!pid)
    return fail(ExitCode::machine,
                fmt::format("cannot start `{}`: {}", fmt::join(argv, " "), pid.error().message));
  closing_ours.release();
  return std::unique_ptr<Companion>(new Companion(*pid, ends[0]));
}

Companion::~Companion() {
  if (stream_ >= 0) ::close(stream_);
  ::waitpid(pid_, nullptr, WNOHANG);  // should it have ended already
}

bool Companion::runs() const {
  siginfo_t ended{};
  const int told = ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
  return told == 0 && ended.si_pid == 0;
}

Status Companion::finish(const std::string& last_words, int64_t deadline_ms) {
  const bool heard = ::send(stream_, last_words.data(), last_words.size(), MSG_NOSIGNAL) ==
                     static_cast<ssize_t>(last_words.size());
  ::close(stream_);
  stream_ = -1;
  const bool in_time = wait_for_end(pid_, deadline_ms);
  if (!in_time) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  if (!in_time)
    return fail(ExitCode::machine,
                fmt::format("process {} did not end within {} ms", pid_, deadline_ms));
  if (!heard || status != 0)
    return fail(
        ExitCode::machine,
        fmt::format("process {} had ended {}", pid_,
                    WIFSIGNALED(status) ? fmt::format("by signal {}", WTERMSIG(status))
                                        : fmt::format("with status {}", WEXITSTATUS(status))));
  return {};
}

}  // namespace rehearse
