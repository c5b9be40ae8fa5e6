#include "load/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "base/thread_setup.hpp"

namespace rehearse {

namespace {

constexpr int64_t answer_ms = 500;
constexpr int64_t look_again_ns = ns_per_s;  // after no answer
constexpr auto begin_max = std::chrono::seconds(5);

Result<DnsAnswer> ask_by_udp(const Endpoint& server, const std::string& name) {
  return ask_dns(server, name, answer_ms);
}

}  // namespace

Resolver::Resolver(ResolverPlan plan, Ask ask)
    : plan_(std::move(plan)),
      ask_(ask ? std::move(ask) : Ask(ask_by_udp)),
      caches_(std::max<size_t>(plan_.resolvers, 1)) {}

Resolver::~Resolver() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

Status Resolver::begin() {
  thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  std::unique_lock lock(mutex_);
  const bool known = changed_.wait_for(lock, begin_max, [this] { return !joined_ || all_known(); });
  if (!joined_) return joined_;
  if (known) return {};
  return fail(ExitCode::machine, fmt::format("no name server answers {}", plan_.name));
}

bool Resolver::all_known() const {
  return std::ranges::none_of(caches_, [](const Cache& cache) { return cache.addresses.empty(); });
}

std::vector<std::string> Resolver::addresses(size_t player) const {
  const std::lock_guard lock(mutex_);
  return caches_[player % caches_.size()].addresses;
}

int64_t Resolver::next_ns() const {
  return std::ranges::min(caches_, {}, &Cache::until_ns).until_ns;
}

// The servers in turn, each resolver beginning with another one, until one knows the name.
void Resolver::refresh(size_t resolver, int64_t now_ns) {
  Cache fresh{{}, now_ns + look_again_ns};
  for (size_t i = 0; i < plan_.servers.size(); ++i) {
    const auto answer = ask_(plan_.servers[(resolver + i) % plan_.servers.size()], plan_.name);
    if (!answer || answer->rcode != 0 || answer->addresses.empty()) continue;
    fresh = {answer->addresses, monotonic_ns() + std::max<int64_t>(answer->ttl_s, 1) * ns_per_s};
    break;
  }
  const std::lock_guard lock(mutex_);
  caches_[resolver] = std::move(fresh);
  changed_.notify_all();
}

void Resolver::run(std::stop_token stop) {
  if (auto joined = join_network_namespace(plan_.network_namespace); !joined) {
    const std::lock_guard lock(mutex_);
    joined_ = joined;
    changed_.notify_all();
    return;
  }
  while (!stop.stop_requested()) {
    const int64_t now_ns = monotonic_ns();
    for (size_t i = 0; i < caches_.size() && !stop.stop_requested(); ++i) {
      bool expired = false;
      {
        const std::lock_guard lock(mutex_);
        expired = caches_[i].until_ns <= now_ns;
      }
      if (expired) refresh(i, now_ns);
    }
    std::unique_lock lock(mutex_);
    const int64_t wait_ns = std::clamp<int64_t>(next_ns() - monotonic_ns(), ns_per_ms, ns_per_s);
    changed_.wait_for(lock, stop, std::chrono::nanoseconds(wait_ns), [] { return false; });
  }
}

}  // namespace rehearse
