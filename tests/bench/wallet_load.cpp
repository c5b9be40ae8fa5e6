// What a wallet does under full load: bets and wins, as roles send them, by a number of clients,
// each with a connection of its own and one request at a time, as pgbench's clients are. Prints one
// line of JSON:
//   {"operations","failed","seconds","per_s","p50_ms","p95_ms","p99_ms"}
//
//   wallet_load ADDRESS:PORT CLIENTS SECONDS [PER_S]
//
// With PER_S arrivals come at that rate in all, evenly, and latency counts from when a request was
// due. Ends after SECONDS or a million operations a client, whatever comes first.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"

namespace {

using rehearse::monotonic_ns;
using rehearse::ns_per_s;

constexpr int answer_ms_max = 5'000;
constexpr int64_t operations_max = 1'000'000;
constexpr int players = 1'000;

struct Target {
  std::string host;
  uint16_t port = 0;
};

class Connection {
 public:
  explicit Connection(const Target& target) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(target.port);
    inet_pton(AF_INET, target.host.c_str(), &to.sin_addr);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    good_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The status, or 0 when there was no whole answer in time.
  int post(std::string_view path, std::string_view body) {
    if (!good_) return 0;
    const std::string request =
        fmt::format("POST {} HTTP/1.1\r\nHost: wallet\r\nContent-Length: {}\r\n\r\n{}", path,
                    body.size(), body);
    good_ = ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size());
    const int status = good_ ? receive() : 0;
    good_ = status != 0;
    return status;
  }

 private:
  int receive() {
    std::string answer;
    size_t whole = std::string::npos;
    while (answer.size() < whole) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, answer_ms_max) <= 0) return 0;
      char buffer[4096];
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) return 0;
      answer.append(buffer, static_cast<size_t>(got));
      if (whole == std::string::npos) whole = length_of(answer);
    }
    int status = 0;
    std::from_chars(answer.data() + 9, answer.data() + 12, status);
    return status;
  }

  // Of the whole answer; npos while its head is not complete.
  static size_t length_of(const std::string& answer) {
    constexpr std::string_view name = "content-length: ", end = "\r\n\r\n";
    const size_t head = answer.find(end);
    if (head == std::string::npos) return std::string::npos;
    std::string lower = answer.substr(0, head);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const size_t at = lower.find(name);
    size_t length = 0;
    if (at != std::string::npos) {
      std::from_chars(lower.data() + at + name.size(), lower.data() + lower.size(), length);
    }
    return head + end.size() + length;
  }

  int socket_ = -1;
  bool good_ = false;
};

struct Result {
  std::vector<int64_t> latencies_ns;  // of what was done
  int64_t failed = 0;
};

struct Plan {
  Target target;
  int clients = 16;
  int64_t seconds = 30, per_s = 0;
};

// A bet, then what it won, then the next bet.
class Client {
 public:
  Client(const Plan& plan, int number, int64_t from_ns)
      : plan_(plan), number_(number), from_ns_(from_ns), run_(monotonic_ns()) {}

  Result run() {
    Connection connection(plan_.target);
    const int64_t until_ns = from_ns_ + plan_.seconds * ns_per_s;
    Result result;
    for (int64_t i = 0; i < operations_max; ++i) {
      const int64_t due_ns = due(i);
      if (due_ns >= until_ns || monotonic_ns() >= until_ns) break;
      if (const int64_t early = due_ns - monotonic_ns(); early > 0) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(early));
      }
      const int64_t began_ns = plan_.per_s == 0 ? monotonic_ns() : due_ns;
      const int status = i % 2 == 0 ? connection.post("/internal/bets", bet(i))
                                    : connection.post("/internal/wins", win(i));
      if (status == 200) {
        result.latencies_ns.push_back(monotonic_ns() - began_ns);
      } else {
        ++result.failed;
        if (status == 0) break;
      }
    }
    return result;
  }

 private:
  int64_t due(int64_t i) const {
    if (plan_.per_s == 0) return 0;
    return from_ns_ + (i * plan_.clients + number_) * ns_per_s / plan_.per_s;
  }
  // Every fourth player has another currency.
  std::string common(int64_t i) const {
    // Of every fourth from the second on none is kept from playing, by the limits that the stack
    // sets.
    const int64_t player = 2 + (i / 2 * plan_.clients + number_) * 4 % players;
    return fmt::format(
        R"("key":"bench{}-{}-{}","player":"p{:04}","round":"r{}-{}","currency":"EUR",)"
        R"("amount_minor":10)",
        run_, number_, i, player, number_, i / 2);
  }
  std::string bet(int64_t i) const { return "{" + common(i) + "}"; }
  std::string win(int64_t i) const {
    return "{" + common(i) + fmt::format(R"(,"bet":"bench{}-{}-{}"}})", run_, number_, i - 1);
  }

  const Plan& plan_;
  int number_;
  int64_t from_ns_, run_;
};

double percentile_ms(const std::vector<int64_t>& sorted, double share) {
  if (sorted.empty()) return -1;
  const auto at = static_cast<size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) / 1e6;
}

void print(const std::vector<Result>& results, int64_t took_ns) {
  std::vector<int64_t> all;
  int64_t failed = 0;
  for (const Result& result : results) {
    all.insert(all.end(), result.latencies_ns.begin(), result.latencies_ns.end());
    failed += result.failed;
  }
  std::ranges::sort(all);
  const double seconds = static_cast<double>(took_ns) / 1e9;
  fmt::print(R"({{"operations":{},"failed":{},"seconds":{:.1f},"per_s":{:.0f},"p50_ms":{:.1f},)"
             R"("p95_ms":{:.1f},"p99_ms":{:.1f}}})"
             "\n",
             all.size(), failed, seconds, static_cast<double>(all.size()) / seconds,
             percentile_ms(all, 0.50), percentile_ms(all, 0.95), percentile_ms(all, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string place = argc > 1 ? argv[1] : "";
  const size_t colon = place.find(':');
  if (argc < 4 || colon == std::string::npos) {
    fmt::print(stderr, "wallet_load ADDRESS:PORT CLIENTS SECONDS [PER_S]\n");
    return 64;
  }
  Plan plan;
  plan.target = {place.substr(0, colon),
                 static_cast<uint16_t>(std::atoi(place.c_str() + colon + 1))};
  plan.clients = std::clamp(std::atoi(argv[2]), 1, 256);
  plan.seconds = std::clamp(std::atoi(argv[3]), 1, 600);
  plan.per_s = argc > 4 ? std::atoi(argv[4]) : 0;
  std::vector<Result> results(static_cast<size_t>(plan.clients));
  const int64_t from_ns = monotonic_ns();
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < plan.clients; ++i) {
      clients.emplace_back([&plan, &results, i, from_ns] {
        results[static_cast<size_t>(i)] = Client(plan, i, from_ns).run();
      });
    }
  }
  print(results, monotonic_ns() - from_ns);
  return 0;
}
