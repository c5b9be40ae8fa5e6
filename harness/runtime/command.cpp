#include "runtime/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>
#include <boost/process/v2.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/scope_exit.hpp"

namespace rehearse {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

// A pipe that no other program inherits: ours to read or write, and the child's end.
struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw boost::system::system_error(errno, boost::system::system_category(), "pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

// posix_spawn, not fork: a copy of the address space stops every thread that touches memory for
// milliseconds, the players' too. Boost.Process forks; it watches what was spawned here.
//
// In a process group of its own: a terminal's SIGINT is for us to answer. podman, ended in the
// middle of making a container, would leave its monitor and a half-made process behind.
enum class Own { group, session };

pid_t spawn(const std::string& program, const std::vector<std::string>& words, int in, int out,
            int err, Own own = Own::group) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  const ScopeExit freeing([&] {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  });
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes,
                             own == Own::group ? POSIX_SPAWN_SETPGROUP : POSIX_SPAWN_SETSID);
  // What outlives us must not keep our sockets open.
  if (own == Own::session) ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = -1;
  const int code =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  if (code != 0)
    throw boost::system::system_error(code, boost::system::system_category(), "posix_spawn");
  return pid;
}

// Waits until a child of ours has ended, not longer than the deadline.
bool wait_for_end(int pid, int64_t deadline_ms) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return false;
  const ScopeExit closing([fd] { ::close(fd); });
  pollfd ended{fd, POLLIN, 0};
  return ::poll(&ended, 1, static_cast<int>(deadline_ms)) == 1;
}

void read_all(asio::readable_pipe& pipe, std::string& into) {
  asio::async_read(pipe, asio::dynamic_buffer(into), asio::transfer_all(),
                   [](const boost::system::error_code&, size_t) {});
}

// Takes what is in the pipe and waits for nothing: a grandchild (podman's conmon is one) may hold
// the other end open for as long as it lives.
void read_rest(asio::readable_pipe& pipe, std::string& into) {
  const int fd = pipe.native_handle();
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  std::array<char, 4096> part;
  for (ssize_t size; (size = ::read(fd, part.data(), part.size())) > 0;)
    into.append(part.data(), static_cast<size_t>(size));
  boost::system::error_code ignored;
  pipe.close(ignored);
}

// One run of the program; the timer kills it, so that every other handler ends.
Result<CommandResult> run_found(const std::vector<std::string>& argv,
                                const boost::filesystem::path& program, int64_t deadline_ms,
                                const std::string& input) {
  asio::io_context context;
  const Pipe in_pipe, out_pipe, err_pipe;
  asio::readable_pipe out(context, out_pipe.read_end), err(context, err_pipe.read_end);
  asio::writable_pipe in(context, in_pipe.write_end);
  CommandResult result;
  bool timed_out = false;
  const pid_t pid = [&] {
    const int ends[] = {in_pipe.read_end, out_pipe.write_end, err_pipe.write_end};
    const ScopeExit closing([&] { std::ranges::for_each(ends, ::close); });
    return spawn(program.string(), argv, ends[0], ends[1], ends[2]);
  }();
  process::process child(context.get_executor(), pid);
  read_all(out, result.out);
  read_all(err, result.err);
  asio::async_write(in, asio::buffer(input), [&in](const boost::system::error_code&, size_t) {
    boost::system::error_code ignored;
    in.close(ignored);
  });
  asio::steady_timer timer(context, std::chrono::milliseconds(deadline_ms));
  timer.async_wait([&](const boost::system::error_code& error) {
    if (error) return;
    timed_out = true;
    boost::system::error_code ignored;
    child.terminate(ignored);
  });
  child.async_wait([&](const boost::system::error_code&, int status) {
    result.exit_status = status;
    timer.cancel();
    boost::system::error_code ignored;
    in.close(ignored);
    out.cancel(ignored);
    err.cancel(ignored);
    // After the cancelled reads have ended and given their buffers back.
    asio::post(context, [&] {
      read_rest(out, result.out);
      read_rest(err, result.err);
    });
  });
  context.run();
  if (timed_out)
    return fail(ExitCode::machine,
                fmt::format("`{}` did not end within {} ms", fmt::join(argv, " "), deadline_ms));
  return result;
}

}  // namespace

Result<CommandResult> run_command(const std::vector<std::string>& argv, int64_t deadline_ms,
                                  const std::string& input) {
  const auto program = process::environment::find_executable(argv.front());
  if (program.empty())
    return fail(ExitCode::machine, fmt::format("`{}` is not installed: `./rehearse doctor` says "
                                               "what is missing",
                                               argv.front()));
  try {
    return run_found(argv, program, deadline_ms, input);
  } catch (const boost::system::system_error& error) {
    return fail(ExitCode::machine,
                fmt::format("cannot run `{}`: {}", fmt::join(argv, " "), error.what()));
  }
}

Result<std::string> run_checked(const std::vector<std::string>& argv, int64_t deadline_ms,
                                const std::string& input) {
  auto result = run_command(argv, deadline_ms, input);
  if (!result) return std::unexpected(result.error());
  if (result->exit_status == 0) return std::move(result->out);
  while (!result->err.empty() && result->err.back() == '\n') result->err.pop_back();
  return fail(ExitCode::machine, fmt::format("`{}` failed ({}): {}", fmt::join(argv, " "),
                                             result->exit_status, result->err));
}

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
  try {
    const pid_t pid = spawn(argv.front(), argv, ends[1], nothing, nothing, Own::session);
    closing_ours.release();
    return std::unique_ptr<Companion>(new Companion(pid, ends[0]));
  } catch (const boost::system::system_error& error) {
    return fail(ExitCode::machine,
                fmt::format("cannot start `{}`: {}", fmt::join(argv, " "), error.what()));
  }
}

Companion::~Companion() {
  if (stream_ >= 0) ::close(stream_);
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

Status run_parallel(const std::vector<std::function<Status()>>& jobs, size_t threads_max) {
  std::vector<Status> results(jobs.size());
  std::atomic<size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < std::min(threads_max, jobs.size()); ++i)
      threads.emplace_back([&] {
        for (size_t job = next++; job < jobs.size(); job = next++) results[job] = jobs[job]();
      });
  }
  for (auto& result : results)
    if (!result) return result;
  return {};
}

}  // namespace rehearse
