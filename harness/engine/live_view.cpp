#include "engine/live_view.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/clock.hpp"

namespace rehearse {
namespace {

constexpr int64_t plain_interval_ns = 10 * ns_per_s;

// A status longer than the terminal is wide would wrap and could not be redrawn. Cuts between
// characters, not inside one (UTF-8).
std::string fitted(const std::string& line) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return line;
  size_t columns = 0, at = 0;
  while (at < line.size() && columns + 1 < size.ws_col) {
    ++at;
    while (at < line.size() && (line[at] & 0xC0) == 0x80) ++at;
    ++columns;
  }
  return line.substr(0, at);
}

}  // namespace

bool obeys_escapes(int fd) {
  const char* term = std::getenv("TERM");
  return ::isatty(fd) == 1 && term != nullptr && *term != 0 && std::string_view(term) != "dumb";
}

void LiveView::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (quiet_) return;
  if (terminal_)
    std::fprintf(stderr, "\r\x1b[K%s\n%s", line.c_str(), fitted(status_).c_str());
  else
    std::fprintf(stderr, "%s\n", line.c_str());
  std::fflush(stderr);
}

void LiveView::status(const std::string& line) {
  const std::lock_guard lock(mutex_);
  status_ = line;
  if (quiet_) return;
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[K%s", fitted(line).c_str());
    std::fflush(stderr);
    return;
  }
  if (monotonic_ns() - last_plain_ns_ < plain_interval_ns) return;
  last_plain_ns_ = monotonic_ns();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void LiveView::clear() {
  const std::lock_guard lock(mutex_);
  status_.clear();
  if (!quiet_ && terminal_) std::fprintf(stderr, "\r\x1b[K");
}

}  // namespace rehearse
