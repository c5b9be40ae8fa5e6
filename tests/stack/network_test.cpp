// The network of a stack on a real kernel: what a cut drops, what it counts, what it lets pass. In
// a process with namespaces of its own, so that neither a stack nor its names are in the way.
#include "runtime/podman/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "base/thread_setup.hpp"
#include "runtime/command.hpp"

namespace rehearse::network {
namespace {

constexpr uint16_t port = 7007;
constexpr const char* all_zones = "198.18.0.0/17";

NetworkSpec three_nodes() {
  NetworkSpec spec{"it", "198.18.0.0/16", "198.18.255.1", {"198.18.1.0/24", "198.18.2.0/24"}, {}};
  spec.nodes.push_back({"a", "198.18.1.11", "", {}, {}, {}});
  spec.nodes.push_back({"b", "198.18.2.11", "", {}, {}, {}});
  spec.nodes.push_back({"c", "198.18.2.12", "", {}, {}, {}});
  return spec;
}

sockaddr_in to(const std::string& address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  return where;
}

// A socket in a node's namespace, or in ours for "".
class Ear {
 public:
  explicit Ear(const std::string& node) {
    std::jthread([&] {
      if (!node.empty()) {
        ASSERT_TRUE(join_network_namespace(namespace_path(node)));
      }
      fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      const sockaddr_in any = to("0.0.0.0");
      ASSERT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    }).join();
  }
  ~Ear() { ::close(fd_); }
  // 0, or why not.
  int send(const std::string& address) const {
    const sockaddr_in where = to(address);
    return ::sendto(fd_, "x", 1, 0, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 1
               ? 0
               : errno;
  }
  int heard() const {
    int count = 0;
    char byte = 0;
    pollfd ready{fd_, POLLIN, 0};
    while (::poll(&ready, 1, 200) > 0 && ::recv(fd_, &byte, 1, MSG_DONTWAIT) == 1) ++count;
    return count;
  }

 private:
  int fd_ = -1;
};

void isolate() {
  ASSERT_EQ(::unshare(CLONE_NEWNET | CLONE_NEWNS), 0);
  ASSERT_EQ(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  ASSERT_EQ(::mount("sysfs", "/sys", "sysfs", 0, nullptr), 0);
  ASSERT_EQ(::system("mkdir -p /run/netns"), 0);
  ASSERT_EQ(::mount("tmpfs", "/run/netns", "tmpfs", 0, nullptr), 0);
  ASSERT_TRUE(run_checked({"ip", "link", "set", "lo", "up"}, command_ms));
  // As on any machine, lo is not alone. Else both ends of our way into the host have one number,
  // and the kernel takes up to a second to notice that such a pair is up.
  ASSERT_TRUE(run_checked({"ip", "link", "add", "wire", "type", "bridge"}, command_ms));
}

void borders() {
  PacketRules rules;
  const Status made = create(rules, three_nodes(), "ab:/var/lib/some where");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(owner(), "ab:/var/lib/some where");
  {
    const Ear a("a"), b("b"), c("c"), host("");
    ASSERT_EQ(a.send("198.18.2.11"), 0);
    ASSERT_EQ(b.heard(), 1) << "nothing is cut";

    ASSERT_TRUE(cut(rules, {"a"}, {"198.18.2.11"}, 5'000));
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(a.send("198.18.2.11"), 0) << "a dead line tells a sender nothing";
    EXPECT_EQ(b.send("198.18.1.11"), 0);
    EXPECT_EQ(b.heard(), 0);
    EXPECT_EQ(a.heard(), 0);
    EXPECT_EQ(c.send("198.18.1.11"), 0);
    EXPECT_EQ(a.heard(), 1) << "of others";
    auto seen = cuts(rules, {"a", "b"});
    ASSERT_TRUE(seen) << seen.error().message;
    EXPECT_EQ(seen->at("a").at("198.18.2.11").out, 3);
    EXPECT_EQ(seen->at("a").at("198.18.2.11").in, 1);
    EXPECT_TRUE(seen->at("b").empty());

    ASSERT_TRUE(cut(rules, {"a"}, {"198.18.2.11"}, 5'000));
    EXPECT_EQ(cuts(rules, {"a"})->at("a").at("198.18.2.11").out, 3) << "a refresh goes on counting";
    ASSERT_TRUE(cut(rules, {"a"}, {all_zones}, 700));
    EXPECT_EQ(c.send("198.18.1.11"), 0);
    EXPECT_EQ(host.send("198.18.1.11"), 0);
    EXPECT_EQ(a.heard(), 1) << "the control network passes";
    seen = cuts(rules, {"a"});
    EXPECT_EQ(seen->at("a").at(all_zones).in, 1);
    EXPECT_EQ(seen->at("a").at("198.18.2.11").sum(), 4) << "each cut counts for itself";
    ::usleep(800'000);
    EXPECT_FALSE(cuts(rules, {"a"})->at("a").contains(all_zones)) << "it expires by itself";
    ASSERT_TRUE(uncut(rules, {"a"}, {"198.18.2.11", all_zones}));
    EXPECT_EQ(a.send("198.18.2.11"), 0);
    EXPECT_EQ(b.heard(), 1);

    ASSERT_TRUE(run_checked({"ip", "link", "delete", bridge}, command_ms));
    EXPECT_EQ(host.send("198.18.1.11"), EHOSTUNREACH) << "nothing of ours leaves this machine";
  }
  ASSERT_TRUE(remove(rules));
  EXPECT_TRUE(leftovers()->empty());
  EXPECT_EQ(owner(), "");
  EXPECT_EQ(*run_checked({"ip", "-4", "route", "show"}, command_ms), "");
}

void others() {
  PacketRules rules;
  const auto ip = [](std::vector<std::string> argv) {
    argv.insert(argv.begin(), "ip");
    const auto done = run_checked(argv, command_ms);
    ASSERT_TRUE(done) << done.error().message;
  };
  ip({"link", "add", "tun0", "type", "bridge"});
  ip({"link", "set", "tun0", "up"});
  ip({"route", "add", "198.16.0.0/12", "dev", "tun0"});
  const Status wider = create(rules, three_nodes(), "ab:/x");
  ASSERT_FALSE(wider);
  EXPECT_NE(wider.error().message.find("198.18.1.0/24 is reached through tun0"), std::string::npos);
  ip({"route", "delete", "198.16.0.0/12"});
  ip({"route", "add", "default", "dev", "tun0", "table", "100"});
  ip({"rule", "add", "to", "198.18.2.0/24", "lookup", "100"});
  ip({"route", "add", "default", "dev", "tun0"});
  const Status policy = create(rules, three_nodes(), "ab:/x");
  ASSERT_FALSE(policy);
  EXPECT_NE(policy.error().message.find("leave through tun0"), std::string::npos)
      << policy.error().message;
  EXPECT_TRUE(remove(rules));
}

// As Docker and ufw leave it: what is forwarded is dropped, and bridged frames are asked about,
// too.
void hostile() {
  const auto told = run_checked({"nft", "-f", "-"}, command_ms,
                                "table inet host {\nchain forward {\n"
                                "type filter hook forward priority 0; policy drop\n}\n}\n"
                                "table bridge host {\nchain forward {\n"
                                "type filter hook forward priority 0; policy drop\n}\n}\n");
  ASSERT_TRUE(told) << told.error().message;
  PacketRules rules;
  const Status made = create(rules, three_nodes(), "ab:/x");
  ASSERT_TRUE(made) << made.error().message;
  {
    const Ear a("a"), b("b"), host("");
    ASSERT_EQ(a.send("198.18.2.11"), 0);
    EXPECT_EQ(b.heard(), 1) << "between nodes the host has no say";
    ASSERT_EQ(host.send("198.18.1.11"), 0);
    EXPECT_EQ(a.heard(), 1);
    ASSERT_EQ(a.send("198.18.255.1"), 0);
    EXPECT_EQ(host.heard(), 1);
  }
  ASSERT_TRUE(remove(rules));
  EXPECT_TRUE(leftovers()->empty());
  const Status again = create(rules, three_nodes(), "ab:/x");
  EXPECT_TRUE(again) << "right after it was removed: " << again.error().message;
  EXPECT_TRUE(remove(rules));
}

int in_a_process_of_its_own(void (*body)()) {
  isolate();
  if (!testing::Test::HasFailure()) body();
  const auto& result = *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.total_part_count(); ++i)
    if (result.GetTestPartResult(i).failed())
      fmt::print(stderr, "{}:{}\n", result.GetTestPartResult(i).line_number(),
                 result.GetTestPartResult(i).summary());
  return testing::Test::HasFailure() ? 1 : 0;
}

TEST(Network, ACutDropsInSilenceCountsForItselfAndExpires) {
  EXPECT_EXIT(::_exit(in_a_process_of_its_own(borders)), testing::ExitedWithCode(0), "");
}

TEST(Network, TheHostsFirewallHasNoSayBetweenNodes) {
  EXPECT_EXIT(::_exit(in_a_process_of_its_own(hostile)), testing::ExitedWithCode(0), "");
}

TEST(Network, WaysOfOthersAreNotTakenOver) {
  EXPECT_EXIT(::_exit(in_a_process_of_its_own(others)), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace rehearse::network
