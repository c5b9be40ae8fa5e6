// The delayer on a real kernel: two namespaces of our own, an echo between them, and what a delay
// of 50 ms makes of the round trip. Four of five round trips must be exact: a virtual machine whose
// host takes its processor away for milliseconds is late with any timer.
#include "runtime/podman/delay.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/clock.hpp"
#include "base/thread_setup.hpp"
#include "runtime/command.hpp"
#include "runtime/podman/round_trip.hpp"

namespace rehearse {
namespace {

constexpr const char* prefix = "rhtest-";
constexpr const char* range = "198.18.200.0/24";
constexpr const char* addresses[] = {"198.18.200.1", "198.18.200.2"};
constexpr uint16_t port = 7007;

PacketRules& packet_rules() {
  static PacketRules rules;
  return rules;
}

sockaddr_in to(const char* address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &where.sin_addr);
  return where;
}

int socket_in(const std::string& ns) {
  int fd = -1;
  std::jthread([&] {
    if (join_network_namespace("/run/netns/" + ns))
      fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  }).join();
  return fd;
}

class DelayTest : public testing::Test {
 protected:
  void SetUp() override {
    packet_rules().forget();
    remove_namespaces();
    run({"ip", "netns", "add", "rhtest-a"});
    run({"ip", "netns", "add", "rhtest-b"});
    run({"ip", "-n", "rhtest-a", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
         "netns", "rhtest-b"});
    for (int i = 0; i < 2; ++i) {
      const std::string ns = i == 0 ? "rhtest-a" : "rhtest-b";
      run({"ip", "-n", ns, "address", "add", std::string(addresses[i]) + "/24", "dev", "eth0"});
      run({"ip", "-n", ns, "link", "set", "lo", "up"});
      run({"ip", "-n", ns, "link", "set", "eth0", "up"});
    }
    ASSERT_TRUE(Delays(prefix, packet_rules()).prepare({"a", "b"}));
    if (HasFatalFailure()) return;
    near_ = socket_in("rhtest-a");
    far_ = socket_in("rhtest-b");
    const sockaddr_in here = to(addresses[1]);
    ASSERT_EQ(::bind(far_, reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    echo_ = std::jthread([this](const std::stop_token& stop) { echo(stop); });
  }
  void TearDown() override {
    echo_ = {};
    for (const int fd : {near_, far_})
      if (fd >= 0) ::close(fd);
    remove_namespaces();
  }

  static void run(const std::vector<std::string>& argv) {
    const auto done = run_checked(argv, 5'000);
    ASSERT_TRUE(done) << done.error().message;
  }
  static void remove_namespaces() {
    for (const char* ns : {"rhtest-a", "rhtest-b"})
      (void)run_command({"ip", "netns", "delete", ns}, 5'000);
  }

  void echo(const std::stop_token& stop) const {
    raise_thread_priority();
    char packet[64];
    while (!stop.stop_requested()) {
      pollfd ready{far_, POLLIN, 0};
      if (::poll(&ready, 1, 100) <= 0) continue;
      sockaddr_in from{};
      socklen_t length = sizeof from;
      const ssize_t size =
          ::recvfrom(far_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &length);
      if (size > 0)
        (void)!::sendto(far_, packet, static_cast<size_t>(size), 0,
                        reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  // Round trips in milliseconds, sorted; those without an answer within a second are missing.
  std::vector<double> round_trips(int count) const {
    std::vector<double> found;
    const sockaddr_in where = to(addresses[1]);
    std::jthread([&] {
      raise_thread_priority();
      for (int i = 0; i < count; ++i) {
        const int64_t sent_ns = monotonic_ns();
        (void)!::sendto(near_, &i, sizeof i, 0, reinterpret_cast<const sockaddr*>(&where),
                        sizeof where);
        pollfd ready{near_, POLLIN, 0};
        int answer = -1;
        if (::poll(&ready, 1, 1'000) == 1 && ::recv(near_, &answer, sizeof answer, 0) > 0 &&
            answer == i)
          found.push_back(static_cast<double>(monotonic_ns() - sent_ns) / ns_per_ms);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }).join();
    std::ranges::sort(found);
    return found;
  }
  static double at(const std::vector<double>& sorted, double share) {
    return sorted.at(static_cast<size_t>(share * static_cast<double>(sorted.size() - 1)));
  }

  int near_ = -1, far_ = -1;
  std::jthread echo_;
};

TEST_F(DelayTest, FiftyMillisecondsAreFiftyWithinOne) {
  const auto before = round_trips(40);
  ASSERT_EQ(before.size(), 40u);
  Delays delays(prefix, packet_rules());
  ASSERT_TRUE(delays.begin({"a"}, {50'000, 0, 1}, range));
  const auto during = round_trips(60);
  ASSERT_EQ(during.size(), 60u);
  const auto state = delays.states({"a"});
  ASSERT_TRUE(state);
  const auto& seen = state->at("a");
  fmt::print(
      "round trip: {:.2f} ms before; with 50 ms: median {:.2f}, p95 {:.2f}, max {:.2f} ms; "
      "held: median {:.1f}, p99 {:.1f} ms over {} packets\n",
      at(before, 0.5), at(during, 0.5), at(during, 0.95), during.back(),
      seen.median_ms.value_or(-1), seen.p99_ms.value_or(-1), seen.packets);
  EXPECT_NEAR(at(during, 0.5) - at(before, 0.5), 50, 1);
  EXPECT_NEAR(at(during, 0.8) - at(before, 0.5), 50, 1);
  EXPECT_GE(during.front(), 50);  // late is the machine's doing, early would be ours
  EXPECT_TRUE(seen.active);
  EXPECT_GE(seen.packets, 60);
  ASSERT_TRUE(delays.end({"a"}));
  const auto after = round_trips(40);
  ASSERT_EQ(after.size(), 40u);
  EXPECT_LT(at(after, 0.5), 2);
  EXPECT_FALSE(delays.states({"a"})->at("a").active);
}

TEST_F(DelayTest, ARoundTripOfOurOwnTellsTheDelay) {
  const std::string from = "/run/netns/rhtest-a";
  const auto before = round_trip(from, addresses[1], 1'000);
  ASSERT_TRUE(before);
  EXPECT_LT(*before, 5);
  Delays delays(prefix, packet_rules());
  ASSERT_TRUE(delays.begin({"a"}, {50'000, 0, 1}, range));
  const auto during = round_trip(from, addresses[1], 1'000);
  ASSERT_TRUE(during);
  EXPECT_GE(*during, 50);
  EXPECT_FALSE(round_trip(from, addresses[1], 20)) << "later than the timeout";
  ASSERT_TRUE(delays.end({"a"}));
  EXPECT_LT(round_trip(from, addresses[1], 1'000).value_or(99), 5);
  EXPECT_FALSE(round_trip("/run/netns/rhtest-none", addresses[1], 100));
}

TEST_F(DelayTest, JitterSpreadsAndReordersNothing) {
  Delays delays(prefix, packet_rules());
  ASSERT_TRUE(delays.begin({"a"}, {20'000, 10'000, 1}, range));
  const auto during = round_trips(80);
  ASSERT_EQ(during.size(), 80u);
  EXPECT_GE(during.front(), 10);
  EXPECT_LE(at(during, 0.8), 31);
  EXPECT_GE(at(during, 0.9) - at(during, 0.1), 8);
  const sockaddr_in where = to(addresses[1]);
  for (int i = 0; i < 100; ++i)
    (void)!::sendto(near_, &i, sizeof i, 0, reinterpret_cast<const sockaddr*>(&where),
                    sizeof where);
  for (int i = 0; i < 100; ++i) {
    pollfd ready{near_, POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 1'000), 1);
    int answer = -1;
    (void)!::recv(near_, &answer, sizeof answer, 0);
    ASSERT_EQ(answer, i);
  }
  ASSERT_TRUE(delays.end({"a"}));
}

TEST_F(DelayTest, WithoutItsHarnessPacketsPassAndAnotherTakesTheRuleAway) {
  if (find_delay_means() != DelayMeans::queue) GTEST_SKIP() << "the kernel itself delays here";
  {
    Delays dead(prefix, packet_rules());
    ASSERT_TRUE(dead.begin({"a"}, {50'000, 0, 1}, range));
  }
  const auto passing = round_trips(20);
  ASSERT_EQ(passing.size(), 20u);
  EXPECT_LT(at(passing, 0.5), 2);
  Delays other(prefix, packet_rules());
  EXPECT_TRUE(other.states({"a"})->at("a").active);
  ASSERT_TRUE(other.end({"a"}));
  EXPECT_FALSE(other.states({"a"})->at("a").active);
  EXPECT_TRUE(other.end({"a"}));  // safe to repeat
}

TEST_F(DelayTest, IsNotBegunTwiceOnOneNode) {
  Delays delays(prefix, packet_rules());
  ASSERT_TRUE(delays.begin({"a", "b"}, {1'000, 0, 1}, range));
  EXPECT_FALSE(delays.begin({"b"}, {1'000, 0, 1}, range));
  ASSERT_TRUE(delays.end({"a", "b"}));
}

TEST_F(DelayTest, ThousandsOfPacketsAtOnceAllArrive) {
  Delays delays(prefix, packet_rules());
  ASSERT_TRUE(delays.begin({"a"}, {50'000, 0, 1}, range));
  constexpr int count = 3'000;
  std::atomic<int> arrived = 0;
  std::jthread reader([&] {
    const int64_t deadline_ns = monotonic_ns() + 5 * ns_per_s;
    while (arrived < count && monotonic_ns() < deadline_ns) {
      pollfd ready{near_, POLLIN, 0};
      int answer = -1;
      if (::poll(&ready, 1, 100) == 1 && ::recv(near_, &answer, sizeof answer, 0) > 0) ++arrived;
    }
  });
  const sockaddr_in where = to(addresses[1]);
  for (int i = 0; i < count; ++i) {
    (void)!::sendto(near_, &i, sizeof i, 0, reinterpret_cast<const sockaddr*>(&where),
                    sizeof where);
    if (i % 20 == 19) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // 20,000/s
  }
  reader.join();
  EXPECT_EQ(arrived, count);
  const auto seen = delays.states({"a"})->at("a");
  fmt::print("{} packets: held median {:.1f} ms, p99 {:.1f} ms\n", seen.packets,
             seen.median_ms.value_or(-1), seen.p99_ms.value_or(-1));
  ASSERT_TRUE(delays.end({"a"}));
}

}  // namespace
}  // namespace rehearse
