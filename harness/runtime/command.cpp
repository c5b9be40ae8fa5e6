#include "runtime/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "base/clock.hpp"
#include "runtime/spawn.hpp"

namespace rehearse {
namespace {

// A pipe that no other program inherits, and that neither reading nor writing here waits for.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  bool made() const { return ends_[0] >= 0; }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { close(ends_[0]); }
  void close_write() { close(ends_[1]); }

  // Our end alone: the child's knows nothing of it.
  static void never_wait(int end) { ::fcntl(end, F_SETFL, ::fcntl(end, F_GETFL) | O_NONBLOCK); }

  // What is there now; closes our end once the other side has.
  void read_into(std::string& text) {
    std::array<char, 16'384> part;
    while (read_end() >= 0) {
      const ssize_t size = ::read(read_end(), part.data(), part.size());
      if (size > 0) text.append(part.data(), static_cast<size_t>(size));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return;
      if (size == 0) close_read();
    }
  }

  // As much as there is room for; closes our end after the last byte, or when nobody reads on.
  void write_from(const std::string& text, size_t& written) {
    while (write_end() >= 0 && written < text.size()) {
      const ssize_t size = ::write(write_end(), text.data() + written, text.size() - written);
      if (size >= 0) written += static_cast<size_t>(size);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) break;
    }
    close_write();
  }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

std::string find_program(const std::string& name) {
  const auto is_program = [](const std::string& file) { return ::access(file.c_str(), X_OK) == 0; };
  if (name.contains('/')) return is_program(name) ? name : "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (is_program(folder + "/" + name)) return folder + "/" + name;
  return "";
}

// Feeds the child and reads what it says until it has ended; false when the deadline came first.
// Its end counts, not that of its outputs: a grandchild (podman's conmon is one) may hold those
// open for as long as it lives.
bool attend(int child, Pipe& in, Pipe& out, Pipe& err, const std::string& input, int64_t end_ns,
            CommandResult& result) {
  size_t written = 0;
  in.write_from(input, written);
  while (true) {
    std::array<pollfd, 4> waited = {{{child, POLLIN, 0},
                                     {out.read_end(), POLLIN, 0},
                                     {err.read_end(), POLLIN, 0},
                                     {in.write_end(), POLLOUT, 0}}};
    const int64_t left_ms = (end_ns - monotonic_ns() + ns_per_ms - 1) / ns_per_ms;
    const int ready =
        ::poll(waited.data(), waited.size(), static_cast<int>(std::max<int64_t>(0, left_ms)));
    if (ready == 0 || (ready < 0 && left_ms <= 0)) return false;
    out.read_into(result.out);
    err.read_into(result.err);
    if (waited[0].revents != 0) return true;
    in.write_from(input, written);
  }
}

Result<CommandResult> run_found(const std::vector<std::string>& argv, const std::string& program,
                                int64_t deadline_ms, const std::string& input) {
  const auto cannot = [&argv](const std::string& why) {
    return fail(ExitCode::machine, fmt::format("cannot run `{}`: {}", fmt::join(argv, " "), why));
  };
  const int64_t end_ns = monotonic_ns() + deadline_ms * ns_per_ms;
  Pipe in, out, err;
  if (!in.made() || !out.made() || !err.made()) return cannot(std::strerror(errno));
  const auto pid = spawn(program, argv, {in.read_end(), out.write_end(), err.write_end()});
  if (!pid) return cannot(pid.error().message);
  in.close_read();
  out.close_write();
  err.close_write();
  for (const int end : {in.write_end(), out.read_end(), err.read_end()}) Pipe::never_wait(end);

  CommandResult result;
  const int child = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
  const int child_error = errno;
  const bool in_time = child >= 0 && attend(child, in, out, err, input, end_ns, result);
  if (!in_time) ::kill(*pid, SIGKILL);
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (child < 0) return cannot(std::strerror(child_error));
  ::close(child);
  if (!in_time)
    return fail(ExitCode::machine,
                fmt::format("`{}` did not end within {} ms", fmt::join(argv, " "), deadline_ms));
  out.read_into(result.out);
  err.read_into(result.err);
  result.exit_status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace

Result<CommandResult> run_command(const std::vector<std::string>& argv, int64_t deadline_ms,
                                  const std::string& input) {
  const auto program = find_program(argv.front());
  if (program.empty())
    return fail(ExitCode::machine, fmt::format("`{}` is not installed: `./rehearse doctor` says "
                                               "what is missing",
                                               argv.front()));
  return run_found(argv, program, deadline_ms, input);
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

}  // namespace rehearse
