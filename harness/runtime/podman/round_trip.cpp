#include "runtime/podman/round_trip.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "base/clock.hpp"
#include "base/scope_exit.hpp"
#include "base/thread_setup.hpp"

namespace rehearse {
namespace {

constexpr uint16_t silent_port = 1;  // tcpmux: nobody has that
constexpr int tries = 3;
constexpr int64_t slow_ns = ns_per_s;  // one such try says enough

std::optional<int64_t> one_trip_ns(const sockaddr_in& to, int64_t timeout_ms) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  const ScopeExit closing([fd] { ::close(fd); });
  const int64_t sent_ns = monotonic_ns();
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS && errno != ECONNREFUSED)
    return std::nullopt;
  pollfd answered{fd, POLLOUT, 0};
  if (::poll(&answered, 1, static_cast<int>(timeout_ms)) != 1) return std::nullopt;
  const int64_t length_ns = monotonic_ns() - sent_ns;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 && error != ECONNREFUSED) return std::nullopt;
  return length_ns;
}

}  // namespace

std::optional<double> round_trip(const std::string& network_namespace, const std::string& address,
                                 int64_t timeout_ms) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(silent_port);
  if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return std::nullopt;
  std::optional<int64_t> shortest_ns;
  std::jthread([&] {
    if (!join_network_namespace(network_namespace)) return;
    raise_thread_priority();
    for (int i = 0; i < tries; ++i) {
      const auto trip_ns = one_trip_ns(to, timeout_ms);
      if (!trip_ns) return;
      shortest_ns = std::min(shortest_ns.value_or(*trip_ns), *trip_ns);
      if (*trip_ns > slow_ns) return;
    }
  }).join();
  if (!shortest_ns) return std::nullopt;
  return static_cast<double>(*shortest_ns) / ns_per_ms;
}

}  // namespace rehearse
