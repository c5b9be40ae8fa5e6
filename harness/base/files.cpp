#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/scope_exit.hpp"

namespace rehearse {

namespace {

std::unexpected<Error> file_error(std::string_view what, const std::string& path, int code) {
  return fail(ExitCode::machine,
              fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(code)));
}

Status write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path, errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

// A rename is only sure to survive a crash once its directory is synced.
Status sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string directory = parent.empty() ? std::string(".") : parent.string();
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file_error("open directory", directory, errno);
  const ScopeExit closing([fd] { ::close(fd); });
  if (::fsync(fd) != 0) return file_error("sync directory", directory, errno);
  return {};
}

Status write_and_sync(const std::string& path, std::string_view content, std::optional<int> mode) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode.value_or(0666));
  if (fd < 0) return file_error("create", path, errno);
  ScopeExit closing([fd] { ::close(fd); });
  if (mode && ::fchmod(fd, *mode) != 0) return file_error("change the mode of", path, errno);
  if (auto written = write_all(fd, content, path); !written) return written;
  if (::fsync(fd) != 0) return file_error("sync", path, errno);
  closing.release();
  if (::close(fd) != 0) return file_error("close", path, errno);
  return {};
}

Result<std::string> read_all(int fd, const std::string& path, size_t bytes_max) {
  std::string content;
  struct stat info {};
  // The size is a hint only: files under /proc say 0.
  if (::fstat(fd, &info) == 0 && info.st_size > 0) {
    content.reserve(std::min(static_cast<size_t>(info.st_size), bytes_max) + 1);
  }
  char piece[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path, errno);
    if (got == 0) return content;
    if (static_cast<size_t>(got) > bytes_max - content.size()) {
      return fail(ExitCode::machine,
                  fmt::format("cannot read {}: more than {} bytes", path, bytes_max));
    }
    content.append(piece, static_cast<size_t>(got));
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error("open", path, errno);
  const ScopeExit closing([fd] { ::close(fd); });
  return read_all(fd, path, bytes_max);
}

Result<std::string> read_regular_file(const std::string& path, size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return file_error("open", path, errno);
  const ScopeExit closing([fd] { ::close(fd); });
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file_error("read", path, errno);
  if (!S_ISREG(info.st_mode))
    return fail(ExitCode::machine, fmt::format("cannot read {}: no regular file", path));
  return read_all(fd, path, bytes_max);
}

Status write_file_atomically(const std::string& path, std::string_view content,
                             std::optional<int> mode) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  ScopeExit removing([&temporary] { ::unlink(temporary.c_str()); });
  if (auto written = write_and_sync(temporary, content, mode); !written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return file_error("replace", path, errno);
  removing.release();
  return sync_directory_of(path);
}

Status make_directories(const std::string& path, std::optional<int> mode) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return file_error("make directory", path, code.value());
  // create_directories is content with a file of that name on some versions: say so here.
  if (!std::filesystem::is_directory(path, code)) {
    return file_error("make directory", path, ENOTDIR);
  }
  if (mode && ::chmod(path.c_str(), *mode) != 0)
    return file_error("change the mode of", path, errno);
  return {};
}

}  // namespace rehearse
