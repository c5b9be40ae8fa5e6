// Players who find the edge by its name: against a name server and a casino of this process.
#include "load/entry.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "load/load.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/load/fake_casino.hpp"

namespace rehearse {
namespace {

// Answers every question with one address for a second, or not at all.
class NameServer {
 public:
  NameServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
  }
  ~NameServer() {
    thread_.request_stop();
    thread_.join();
    ::close(fd_);
  }
  Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  void answer(const std::string& address) {
    const std::lock_guard lock(mutex_);
    address_ = address;
  }

 private:
  void serve(const std::stop_token& stop) {
    const timeval wait{0, 50'000};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char packet[512];
    while (!stop.stop_requested()) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t got =
          ::recvfrom(fd_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &size);
      const std::lock_guard lock(mutex_);
      if (got <= 0 || address_.empty()) continue;
      std::string reply(packet, static_cast<size_t>(got));
      reply[2] = '\x84';
      reply[7] = 1;
      reply += std::string("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04", 12);
      in_addr address{};
      ::inet_pton(AF_INET, address_.c_str(), &address);
      reply.append(reinterpret_cast<const char*>(&address), 4);
      ::sendto(fd_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  int fd_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string address_;
  std::jthread thread_;
};

class EntryTest : public testing::Test {
 protected:
  // Balances for three seconds; `midway` after one.
  void play(const std::function<void()>& midway) {
    auto writer = HistoryWriter::create(directory_ + "/history.bin", "k7", 20'000, 40'000);
    ASSERT_TRUE(writer) << writer.error().message;
    LoadProfile profile;
    profile.weight(OperationKind::balance) = 1;
    PlatformEdges edges{"", {casino_.endpoint()}};
    edges.name = "play.casino.test";
    edges.name_servers = {names_.endpoint()};
    auto load = Load::start({profile, {{3'000, 40, false}}, 8, 7, 3'000}, edges, **writer);
    ASSERT_TRUE(load) << load.error().message;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    midway();
    std::this_thread::sleep_for(std::chrono::milliseconds(2'100));
    (void)(*load)->finish(monotonic_ns() + 20 * ns_per_s);
    ASSERT_TRUE((*writer)->close());
    history_ = *read_history(directory_ + "/history.bin");
  }
  int64_t failed_because(std::string_view reason) const {
    return std::ranges::count_if(history_.attempts, [&](const Attempt& attempt) {
      return attempt.outcome == Outcome::failed && std::string_view(attempt.reason) == reason;
    });
  }
  int64_t succeeded() const {
    return std::ranges::count(history_.attempts, Outcome::ok, &Attempt::outcome);
  }

  const test::TemporaryFolder folder_;
  const std::string directory_ = folder_.path();

  NameServer names_;
  test::FakeCasino casino_;
  History history_;
};

TEST_F(EntryTest, GoesWhereTheNameLeads) {
  names_.answer("127.0.0.1");
  play([] {});
  EXPECT_EQ(succeeded(), std::ssize(history_.attempts));
}

TEST_F(EntryTest, AnOldAddressIsBelievedAndCostsTries) {
  names_.answer("127.0.0.1");
  play([this] { names_.answer("127.0.0.99"); });
  EXPECT_GT(failed_because("connect_refused"), 0);
  EXPECT_GT(succeeded(), 0);
}

TEST_F(EntryTest, WithoutAnAnswerNobodyFindsIt) {
  names_.answer("127.0.0.1");
  play([this] { names_.answer(""); });
  EXPECT_GT(failed_because("no_address"), 0);
}

// A house's server that tells of wins does not try the dead one again for each of its players.
TEST(Entry, AServerKeepsToTheNodeThatAnswers) {
  PlatformEdges edges{"", {{"127.0.0.1", 1}}};
  edges.targets["house"] = {{"127.0.0.2", 1}, {"127.0.0.3", 1}};
  Entry entry(edges, 4, nullptr);
  const Behaviour& win = *behaviour_of(OperationKind::win);
  const auto where = [&](uint32_t player) {
    Operation operation;
    operation.kind = OperationKind::win;
    operation.player = player;
    return entry.endpoint_for(win, operation);
  };
  const size_t first = where(1);
  EXPECT_EQ(where(2), first);
  entry.follow(win, 1, first, true);
  EXPECT_EQ(where(1), first);
  entry.follow(win, 1, first, false);
  entry.follow(win, 2, first, false);  // was under way already: they move on once
  const size_t other = where(1);
  EXPECT_NE(other, first);
  EXPECT_EQ(where(2), other);
  entry.follow(win, 3, other, false);
  EXPECT_EQ(where(3), first);
}

// It would tell of wins for ever where nobody may write any more, and hear that it is too early.
TEST(Entry, AServerGoesWhereItsPlayersEntryIs) {
  PlatformEdges edges{"", {{"127.0.0.1", 1}, {"127.0.1.1", 1}}};
  edges.targets["house"] = {{"127.0.0.2", 1}, {"127.0.0.3", 1}, {"127.0.1.2", 1}};
  for (const char* here : {"127.0.0.1", "127.0.0.2", "127.0.0.3"}) edges.regions[here] = "a";
  for (const char* there : {"127.0.1.1", "127.0.1.2"}) edges.regions[there] = "b";
  Entry entry(edges, 4, nullptr);
  const Behaviour& win = *behaviour_of(OperationKind::win);
  const Behaviour& bet = *behaviour_of(OperationKind::bet);
  const auto where = [&](const Behaviour& behaviour, uint32_t player) {
    Operation operation;
    operation.kind = behaviour.kind;
    operation.player = player;
    return entry.endpoint_for(behaviour, operation);
  };
  const size_t edge = where(bet, 2), house = where(win, 2);
  EXPECT_NE(where(win, 1), house) << "whose entry is in the other region";
  entry.follow(win, 2, house, false);
  const size_t next = where(win, 2);
  EXPECT_NE(next, house);
  EXPECT_NE(next, where(win, 1)) << "first to another of the same region";
  entry.follow(bet, 2, edge, false);
  EXPECT_EQ(where(win, 2), where(win, 1));
}

}  // namespace
}  // namespace rehearse
