#include "runtime/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

#include "base/scope_exit.hpp"
#include "runtime/spawn.hpp"

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
  const auto pid = [&] {
    const int ends[] = {in_pipe.read_end, out_pipe.write_end, err_pipe.write_end};
    const ScopeExit closing([&] { std::ranges::for_each(ends, ::close); });
    return spawn(program.string(), argv, {ends[0], ends[1], ends[2]});
  }();
  if (!pid)
    return fail(ExitCode::machine,
                fmt::format("cannot run `{}`: {}", fmt::join(argv, " "), pid.error().message));
  process::process child(context.get_executor(), *pid);
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

}  // namespace rehearse
