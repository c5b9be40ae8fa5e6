// Strict: a history is the proof of a run, so a damaged one is an error and never a smaller one.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/scope_exit.hpp"
#include "record/history.hpp"
#include "record/layout.hpp"

namespace rehearse {

using history_layout::Header;

namespace {

class File {
 public:
  File(const std::string& path, int fd, uint64_t size) : path_(path), fd_(fd), size_(size) {}

  Status read(void* into, uint64_t offset, uint64_t bytes) const {
    if (offset > size_ || bytes > size_ - offset) return damaged("is cut short");
    char* place = static_cast<char*>(into);
    while (bytes > 0) {
      const ssize_t got = ::pread(fd_, place, bytes, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return damaged(std::generic_category().message(errno));
      if (got == 0) return damaged("is cut short");
      place += got;
      offset += static_cast<uint64_t>(got);
      bytes -= static_cast<uint64_t>(got);
    }
    return {};
  }

  // Room is only made for records that the file can hold.
  template <typename Record>
  Status read_records(std::vector<Record>& records, uint64_t offset, uint64_t count) const {
    if (count > size_ / sizeof(Record)) return damaged("is cut short");
    records.resize(count);
    return read(records.data(), offset, count * sizeof(Record));
  }

  std::unexpected<Error> damaged(std::string_view what) const {
    return fail(ExitCode::usage, fmt::format("history {} {}", path_, what));
  }

 private:
  const std::string& path_;
  int fd_;
  uint64_t size_;
};

Status check_header(const Header& header, const File& file) {
  if (std::memcmp(header.magic, history_layout::magic, sizeof header.magic) != 0) {
    return file.damaged("is not a history");
  }
  if (header.version < history_layout::version_read_min ||
      header.version > history_layout::version || header.operation_bytes != sizeof(Operation) ||
      header.attempt_bytes != sizeof(Attempt)) {
    return file.damaged(fmt::format("has version {}, this program reads version {}", header.version,
                                    history_layout::version));
  }
  if (::strnlen(header.run_key, sizeof header.run_key) == sizeof header.run_key ||
      header.operation_count > header.operations_max ||
      header.attempt_count > header.attempts_max) {
    return file.damaged("has a damaged header");
  }
  return {};
}

Status check_records(const History& history, const File& file) {
  for (size_t i = 0; i < history.operations.size(); ++i) {
    if (!history_layout::is_well_formed(history.operations[i], i))
      return file.damaged(fmt::format("has a damaged operation {}", i));
  }
  for (size_t i = 0; i < history.attempts.size(); ++i) {
    if (!history_layout::is_well_formed(history.attempts[i], history.operations.size()))
      return file.damaged(fmt::format("has a damaged attempt {}", i));
  }
  return {};
}

}  // namespace

Result<History> read_history(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const ScopeExit closing([fd] {
    if (fd >= 0) ::close(fd);
  });
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) {
    const int code = errno;
    return fail(ExitCode::usage, fmt::format("cannot open history {}: {}", path,
                                             std::generic_category().message(code)));
  }
  const File file(path, fd, static_cast<uint64_t>(info.st_size));
  Header header{};
  History history;
  Status status = file.read(&header, 0, sizeof header);
  if (status) status = check_header(header, file);
  if (status) {
    status =
        file.read_records(history.operations, header.operations_offset, header.operation_count);
  }
  if (status) {
    status = file.read_records(history.attempts, header.attempts_offset, header.attempt_count);
  }
  if (status) status = check_records(history, file);
  if (!status) return std::unexpected(status.error());
  history.run_key = header.run_key;
  history.zero_ns = header.zero_ns;
  return history;
}

}  // namespace rehearse
