#include "runtime/podman/delayer.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>

#include "base/clock.hpp"
#include "base/thread_setup.hpp"

namespace rehearse {
namespace {

constexpr uint32_t packets_held_max = 20'000;
constexpr int buffer_bytes = 8 << 20;
constexpr int reads_at_once = 512;
constexpr int64_t tenth_ns = 100'000;
constexpr int64_t longer_tenths = 1'000;  // 0.1 s beyond the longest that was asked for

std::unexpected<Error> queue_error(const char* what) {
  return fail(ExitCode::machine, fmt::format("cannot {} the packet queue: {}; the kernel needs "
                                             "NFNETLINK_QUEUE",
                                             what, std::strerror(errno)));
}

}  // namespace

Delayer::Delayer(const DelaySpec& spec)
    : spec_(spec),
      random_(spec.seed),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      held_for_(static_cast<size_t>((spec.delay_us + spec.jitter_us) / 100 + longer_tenths)) {}

Result<std::unique_ptr<Delayer>> Delayer::start(const std::string& namespace_path,
                                                const DelaySpec& spec) {
  std::unique_ptr<Delayer> delayer(new Delayer(spec));
  std::promise<Status> opened;
  auto answer = opened.get_future();
  // A thread alone can join a namespace, and a socket stays in the one that it was made in.
  delayer->thread_ = std::jthread([self = delayer.get(), &namespace_path, &opened] {
    const Status done = self->open(namespace_path);
    opened.set_value(done);
    if (done) self->run();
  });
  if (const Status done = answer.get(); !done) return std::unexpected(done.error());
  return delayer;
}

Delayer::~Delayer() {
  const uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
  if (thread_.joinable()) thread_.join();
  if (queue_) ::nfq_destroy_queue(queue_);
  if (handle_) ::nfq_close(handle_);
  ::close(wake_);
}

Status Delayer::open(const std::string& namespace_path) {
  if (auto joined = join_network_namespace(namespace_path); !joined) return joined;
  raise_thread_priority();
  handle_ = ::nfq_open();
  if (!handle_) return queue_error("open");
  const auto on_packet = [](nfq_q_handle*, nfgenmsg*, nfq_data* packet, void* self) {
    const auto* header = ::nfq_get_msg_packet_hdr(packet);
    if (header) static_cast<Delayer*>(self)->keep(ntohl(header->packet_id));
    return 0;
  };
  queue_ = ::nfq_create_queue(handle_, queue, on_packet, this);
  if (!queue_) return queue_error("bind");
  if (::nfq_set_mode(queue_, NFQNL_COPY_META, 0) < 0) return queue_error("set the mode of");
  if (::nfq_set_queue_maxlen(queue_, packets_held_max) < 0) return queue_error("lengthen");
  // Full, it lets packets through; segments that the card would cut stay whole. Both are a favour
  // of newer kernels.
  (void)::nfq_set_queue_flags(queue_, NFQA_CFG_F_FAIL_OPEN, NFQA_CFG_F_FAIL_OPEN);
  (void)::nfq_set_queue_flags(queue_, NFQA_CFG_F_GSO, NFQA_CFG_F_GSO);
  const int fd = ::nfq_fd(handle_), on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes);
  ::setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on);
  return {};
}

void Delayer::run() {
  while (!ending_) {
    wait();
    read_packets();
    release(ending_ ? INT64_MAX : monotonic_ns());
  }
}

// For a packet, for the next one that is due, or for the end.
void Delayer::wait() {
  std::array<pollfd, 2> ready = {{{::nfq_fd(handle_), POLLIN, 0}, {wake_, POLLIN, 0}}};
  timespec left{1, 0};
  if (!held_.empty()) {
    const int64_t left_ns = std::max<int64_t>(held_.front().due_ns - monotonic_ns(), 0);
    left = {left_ns / ns_per_s, left_ns % ns_per_s};
  }
  ::ppoll(ready.data(), ready.size(), &left, nullptr);
  ending_ = (ready[1].revents & POLLIN) != 0;
}

void Delayer::read_packets() {
  std::array<char, 16384> message;
  for (int i = 0; i < reads_at_once; ++i) {
    const ssize_t size = ::recv(::nfq_fd(handle_), message.data(), message.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == ENOBUFS || errno == EINTR)) continue;
    if (size <= 0) return;
    ::nfq_handle_packet(handle_, message.data(), static_cast<int>(size));
  }
}

// Never due before one that came earlier: a line delays, it does not reorder.
void Delayer::keep(uint32_t id) {
  const int64_t now_ns = monotonic_ns();
  int64_t hold_us = spec_.delay_us;
  if (spec_.jitter_us > 0)
    hold_us += static_cast<int64_t>(random_() % static_cast<uint64_t>(2 * spec_.jitter_us + 1)) -
               spec_.jitter_us;
  const int64_t due_ns = now_ns + hold_us * 1'000;
  held_.push_back({id, now_ns, held_.empty() ? due_ns : std::max(due_ns, held_.back().due_ns)});
}

// One verdict for all that are due: it counts for every earlier packet as well.
void Delayer::release(int64_t until_ns) {
  const auto end = std::ranges::find_if(
      held_, [until_ns](const Held& packet) { return packet.due_ns > until_ns; });
  if (end == held_.begin()) return;
  ::nfq_set_verdict_batch(queue_, std::prev(end)->id, NF_ACCEPT);
  const int64_t now_ns = monotonic_ns();
  const std::lock_guard lock(mutex_);
  for (auto packet = held_.begin(); packet != end; ++packet) {
    const auto tenths = static_cast<size_t>((now_ns - packet->came_ns) / tenth_ns);
    ++held_for_[std::min(tenths, held_for_.size() - 1)];
    ++packets_;
  }
  held_.erase(held_.begin(), end);
}

DelayState Delayer::state() const {
  const std::lock_guard lock(mutex_);
  DelayState state;
  state.packets = packets_;
  const auto share = [this](int64_t percent) -> std::optional<double> {
    int64_t seen = 0;
    for (size_t tenths = 0; tenths < held_for_.size(); ++tenths)
      if ((seen += held_for_[tenths]) * 100 >= packets_ * percent && seen > 0)
        return static_cast<double>(tenths) / 10;
    return std::nullopt;
  };
  state.median_ms = share(50);
  state.p99_ms = share(99);
  return state;
}

}  // namespace rehearse
