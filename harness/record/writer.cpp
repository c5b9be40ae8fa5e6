// The file is allocated in full before the run, so that a full disk is found then and not when a
// write to the mapping would be a SIGBUS. What is in the mapping is in the kernel's page cache: it
// survives the death of the process.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "base/scope_exit.hpp"
#include "record/history.hpp"
#include "record/layout.hpp"

namespace rehearse {

using history_layout::Header;

namespace {

std::unexpected<Error> history_error(std::string_view what, const std::string& path, int code) {
  return fail(ExitCode::machine, fmt::format("cannot {} history {}: {}", what, path,
                                             std::generic_category().message(code)));
}

Header header_for(const std::string& run_key, size_t operations_max, size_t attempts_max) {
  Header header{};
  std::memcpy(header.magic, history_layout::magic, sizeof header.magic);
  header.version = history_layout::version;
  header.operation_bytes = sizeof(Operation);
  header.attempt_bytes = sizeof(Attempt);
  std::memcpy(header.run_key, run_key.data(), run_key.size());
  header.operations_max = operations_max;
  header.attempts_max = attempts_max;
  header.operations_offset = history_layout::page_bytes;
  header.attempts_offset =
      history_layout::to_page(header.operations_offset + operations_max * sizeof(Operation));
  return header;
}

Status write_all(int fd, const void* data, size_t size, const std::string& path) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return history_error("trim", path, errno);
    bytes += written;
    size -= static_cast<size_t>(written);
  }
  return {};
}

}  // namespace

struct HistoryWriter::Impl {
  std::string path, run_key;
  char* mapping = nullptr;
  size_t size = 0;

  Header& header() { return *reinterpret_cast<Header*>(mapping); }
  char* operations() { return mapping + header().operations_offset; }
  char* attempts() { return mapping + header().attempts_offset; }
  void unmap() {
    if (mapping != nullptr) ::munmap(mapping, size);
    mapping = nullptr;
  }
  Status write_trimmed(const std::string& trimmed);
  ~Impl() { unmap(); }
};

Result<std::unique_ptr<HistoryWriter>> HistoryWriter::create(const std::string& path,
                                                             const std::string& run_key,
                                                             size_t operations_max,
                                                             size_t attempts_max) {
  if (run_key.empty() || run_key.size() >= history_layout::run_key_bytes) {
    return fail(ExitCode::bug, fmt::format("run key '{}' is empty or too long", run_key));
  }
  const Header header = header_for(run_key, operations_max, attempts_max);
  const size_t size =
      history_layout::to_page(header.attempts_offset + attempts_max * sizeof(Attempt));
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return history_error("create", path, errno);
  const ScopeExit closing([fd] { ::close(fd); });
  ScopeExit removing([&path] { ::unlink(path.c_str()); });
  // posix_fallocate returns its error; EINTR is for us to repeat.
  int code = EINTR;
  for (int tries = 0; code == EINTR && tries < 100; ++tries) {
    code = ::posix_fallocate(fd, 0, static_cast<off_t>(size));
  }
  if (code != 0) {
    return history_error(fmt::format("allocate {} MiB for", size / (1024 * 1024) + 1), path, code);
  }
  void* mapping = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) return history_error("map", path, errno);
  removing.release();
  std::unique_ptr<HistoryWriter> writer(new HistoryWriter());
  writer->impl_ = std::make_unique<Impl>();
  writer->impl_->path = path;
  writer->impl_->run_key = run_key;
  writer->impl_->mapping = static_cast<char*>(mapping);
  writer->impl_->size = size;
  std::memcpy(mapping, &header, sizeof header);
  return writer;
}

HistoryWriter::~HistoryWriter() = default;

namespace {

// Copies the record into its place, then publishes it. Null when there is no room.
template <typename Record>
Record* append(char* region, uint64_t& count, uint64_t max, const Record& record) {
  const uint64_t index = count;  // only this thread writes it
  if (index >= max) return nullptr;
  void* place = region + index * sizeof(Record);
  std::memcpy(place, &record, sizeof record);
  std::atomic_ref<uint64_t>(count).store(index + 1, std::memory_order_release);
  return static_cast<Record*>(place);
}

}  // namespace

Operation* HistoryWriter::add_operation(const Operation& operation) {
  Header& header = impl_->header();
  assert(history_layout::is_well_formed(operation, header.operation_count));
  return append(impl_->operations(), header.operation_count, header.operations_max, operation);
}

Attempt* HistoryWriter::add_attempt(const Attempt& attempt) {
  Header& header = impl_->header();
  assert(history_layout::is_well_formed(attempt, header.operation_count));
  return append(impl_->attempts(), header.attempt_count, header.attempts_max, attempt);
}

void HistoryWriter::set_zero_ns(int64_t zero_ns) {
  std::atomic_ref<int64_t>(impl_->header().zero_ns).store(zero_ns, std::memory_order_release);
}

size_t HistoryWriter::operation_count() const {
  return std::atomic_ref<uint64_t>(impl_->header().operation_count).load(std::memory_order_acquire);
}

size_t HistoryWriter::attempt_count() const {
  return std::atomic_ref<uint64_t>(impl_->header().attempt_count).load(std::memory_order_acquire);
}

const std::string& HistoryWriter::run_key() const {
  return impl_->run_key;
}

const Operation& HistoryWriter::operation(size_t index) const {
  return reinterpret_cast<const Operation*>(impl_->operations())[index];
}

const Attempt& HistoryWriter::attempt(size_t index) const {
  return reinterpret_cast<const Attempt*>(impl_->attempts())[index];
}

void set_outcome(Attempt& attempt, Outcome outcome) {
  std::atomic_ref<Outcome>(attempt.outcome).store(outcome, std::memory_order_release);
}

Outcome outcome_now(const Attempt& attempt) {
  // atomic_ref of a const object comes with C++26 only; nothing is written here.
  Outcome& outcome = const_cast<Outcome&>(attempt.outcome);
  return std::atomic_ref<Outcome>(outcome).load(std::memory_order_acquire);
}

Status HistoryWriter::Impl::write_trimmed(const std::string& trimmed) {
  const int fd = ::open(trimmed.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return history_error("trim", trimmed, errno);
  const ScopeExit closing([fd] { ::close(fd); });
  const size_t operation_bytes = header().operation_count * sizeof(Operation);
  const size_t attempt_bytes = header().attempt_count * sizeof(Attempt);
  char page[history_layout::page_bytes] = {};
  Header small = header();
  small.operations_max = small.operation_count;
  small.attempts_max = small.attempt_count;
  small.attempts_offset = small.operations_offset + operation_bytes;
  std::memcpy(page, &small, sizeof small);
  Status written = write_all(fd, page, sizeof page, trimmed);
  if (written) written = write_all(fd, operations(), operation_bytes, trimmed);
  if (written) written = write_all(fd, attempts(), attempt_bytes, trimmed);
  if (!written) return written;
  if (::fsync(fd) != 0) return history_error("sync", trimmed, errno);
  return {};
}

Status HistoryWriter::close() {
  if (impl_->mapping == nullptr) return {};
  // Written anew and renamed: at no instant is there a file that could be misread.
  const std::string trimmed = impl_->path + ".tmp";
  Status done = impl_->write_trimmed(trimmed);
  if (done && ::rename(trimmed.c_str(), impl_->path.c_str()) != 0) {
    done = history_error("replace", impl_->path, errno);
  }
  if (!done) {
    ::unlink(trimmed.c_str());
    ::msync(impl_->mapping, impl_->size, MS_SYNC);  // the large file stands: keep what it has
  }
  impl_->unmap();
  return done;
}

}  // namespace rehearse
