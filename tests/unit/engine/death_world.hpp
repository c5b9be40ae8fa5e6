// What the harness's death leaves behind: a machine that plays along, outside parties that obey
// orders, a database that holds sessions; and a picture of all of it at one moment.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "casino/common/http_server.hpp"
#include "stack/stack.hpp"
#include "tests/unit/base/soon.hpp"
#include "tests/unit/platform/backup_words.hpp"
#include "tests/unit/platform/fake_postgres.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {

using OrdersByHost = std::map<std::string, std::set<std::string>>;  // faults

struct Picture {
  std::map<std::string, NodeState> nodes;
  std::map<std::string, FakeRuntime::Process> processes;
  std::set<std::string> cut_nodes;
  std::map<std::string, std::set<std::string>> cut_peers;
  std::map<std::string, DelaySpec> delayed;
  OrdersByHost orders;
  size_t sessions = 0;
};

// Every party and consumer of a stack behind one socket, told apart by the address that they are
// called by. What is ordered takes effect at once.
class Parties {
 public:
  explicit Parties(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {
    server_ = std::move(
        casino::HttpServer::listen({.address = "0.0.0.0", .port = 0},
                                   [this](const casino::Request& request,
                                          const casino::Reply& reply) { reply(answer(request)); })
            .value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~Parties() {
    server_->stop();
    running_.join();
  }

  uint16_t port() const { return server_->port(); }
  OrdersByHost orders() {
    const std::lock_guard lock(mutex_);
    return orders_;
  }
  void set(const OrdersByHost& orders) {
    const std::lock_guard lock(mutex_);
    orders_ = orders;
  }

 private:
  casino::Response answer(const casino::Request& request) {
    const std::string called(request.header("host"));
    const std::string host = called.substr(0, called.find(':'));
    if (!request.path.starts_with("/control/")) return {404, "{}", {}};
    if (request.method == "GET") return {200, list(host), {}};
    constexpr std::string_view end = "/end";
    (void)orders();  // the lock: what this world was before the order is seen by this thread
    tell_("before an order");
    {
      const std::lock_guard lock(mutex_);
      if (request.path.ends_with(end)) {
        const std::string path = request.path.substr(0, request.path.size() - end.size());
        orders_[host].erase(path.substr(path.rfind('/') + 1));
        if (orders_[host].empty()) orders_.erase(host);
      } else {
        orders_[host].insert(nlohmann::json::parse(request.body).at("fault").get<std::string>());
      }
    }
    tell_("after an order");
    return {200, "{}", {}};
  }
  std::string list(const std::string& host) {
    const std::lock_guard lock(mutex_);
    nlohmann::json list = nlohmann::json::array();
    if (const auto found = orders_.find(host); found != orders_.end())
      for (const auto& fault : found->second)
        list.push_back({{"fault", fault}, {"treated", 1}, {"considered", 1}});
    return list.dump();
  }

  std::function<void(const std::string&)> tell_;
  std::mutex mutex_;
  OrdersByHost orders_;
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread running_;
};

// Carries out each deed in two halves and tells every step.
class SteppingEffects final : public Effects {
 public:
  using Names = std::vector<std::string>;
  SteppingEffects(FakeRuntime& inner, std::function<void(const std::string&)> tell)
      : inner_(inner), tell_(std::move(tell)) {}

  Status start(const Names& names) override {
    return step("start", names, [&](const Names& some) { return inner_.start(some); });
  }
  Status kill(const Names& names) override {
    return step("kill", names, [&](const Names& some) { return inner_.kill(some); });
  }
  Status pause(const Names& names) override {
    return step("pause", names, [&](const Names& some) { return inner_.pause(some); });
  }
  Status unpause(const Names& names) override {
    return step("unpause", names, [&](const Names& some) { return inner_.unpause(some); });
  }
  Result<int64_t> pid_of(const std::string& node, const std::string& words) override {
    return inner_.pid_of(node, words);
  }
  Status signal(const std::string& node, int64_t pid, int signal) override {
    return step("signal", {node}, [&](const Names& some) {
      return some.empty() ? Status{} : inner_.signal(node, pid, signal);
    });
  }
  Result<ProcessState> process(const std::string& node, int64_t pid) override {
    return inner_.process(node, pid);
  }
  Result<std::map<std::string, std::vector<int64_t>>> stopped(const Names& names) override {
    return inner_.stopped(names);
  }
  Result<std::string> exec(const std::string& node, const Names& argv) override {
    return inner_.exec(node, argv);
  }
  Result<std::map<std::string, NodeState>> states() override { return inner_.states(); }
  Result<std::string> address_of(const std::string& node) override {
    return inner_.address_of(node);
  }
  Status cut(const Names& names, const Names& ranges, int64_t timeout_ms) override {
    return step("cut", names,
                [&](const Names& some) { return inner_.cut(some, ranges, timeout_ms); });
  }
  Status uncut(const Names& names, const Names& ranges) override {
    return step("uncut", names, [&](const Names& some) { return inner_.uncut(some, ranges); });
  }
  Result<std::map<std::string, CutState>> cuts(const Names& names) override {
    return inner_.cuts(names);
  }
  Status delay(const Names& names, const DelaySpec& spec) override {
    return step("delay", names, [&](const Names& some) { return inner_.delay(some, spec); });
  }
  Status undelay(const Names& names) override {
    return step("undelay", names, [&](const Names& some) { return inner_.undelay(some); });
  }
  Result<std::map<std::string, DelayState>> delays(const Names& names) override {
    return inner_.delays(names);
  }
  Result<std::map<std::string, double>> round_trips(const Names& names,
                                                    int64_t timeout_ms) override {
    return inner_.round_trips(names, timeout_ms);
  }

 private:
  Status step(const std::string& verb, const Names& names,
              const std::function<Status(const Names&)>& carry_out) {
    const auto middle = names.begin() + static_cast<ptrdiff_t>(names.size() / 2);
    tell_("before " + verb);
    if (auto done = carry_out({names.begin(), middle}); !done) return done;
    tell_("in the middle of " + verb);
    const Status done = carry_out({middle, names.end()});
    tell_("after " + verb);
    return done;
  }
  FakeRuntime& inner_;
  std::function<void(const std::string&)> tell_;
};

// All of it, for one stack, whose nodes are moved to where they are played.
class World {
 public:
  explicit World(Stack& stack)
      : parties([this](const std::string& when) {
          if (tell_) tell_(when);
        }) {
    int number = 0;
    for (auto& node : stack.nodes) {
      ++number;
      node.address = fmt::format("127.77.{}.{}", number / 250, 1 + number % 250);
      if (node.name == leader) node.address = database.address();
      machine.addresses[node.name] = node.address;
      if (stack.has_container(node)) machine.nodes[node.name] = {true, true};
    }
    for (auto& component : stack.file.components)
      if (!component.party.empty() || component.name == stack.file.consumer_component)
        component.port = parties.port();
    for (const char* node : {"postgres-1", "postgres-2", "postgres-3"})
      machine.processes[node] = {4711};
    database.refuse_beyond(12, "53300");
    database.answer_by([](const std::string&) -> test::FakePostgres::Answer { return "2"; });
    machine.on_exec = [this](const std::string& node, const std::vector<std::string>& argv) {
      return Result<std::string>(print(node, argv));
    };
    baseline_ = picture();
  }

  // From the baseline; `tell` hears of each order before and after it is obeyed.
  void begin(std::function<void(const std::string&)> tell) {
    EXPECT_TRUE(test::soon([this] { return database.connections() == 0; }));
    tell_ = std::move(tell);
    restore(baseline_);
    sessions_left_.reset();
  }
  void end() { tell_ = nullptr; }
  const Picture& baseline() const { return baseline_; }

  Picture picture() {
    return {machine.nodes,   machine.processes, machine.cut_nodes, machine.cut_peers,
            machine.delayed, parties.orders(),  sessions()};
  }
  // The harness's own sessions are gone with it, unless the server has not noticed yet.
  void restore(const Picture& picture) {
    machine.nodes = picture.nodes;
    machine.processes = picture.processes;
    machine.cut_nodes = picture.cut_nodes;
    machine.cut_peers = picture.cut_peers;
    machine.delayed = picture.delayed;
    parties.set(picture.orders);
    sessions_left_ = picture.sessions;
  }

  static constexpr const char* leader = "postgres-2";
  FakeRuntime machine;
  test::FakePostgres database;
  Parties parties;

 private:
  size_t sessions() { return sessions_left_.value_or(database.connections()); }
  std::string print(const std::string& node, const std::vector<std::string>& argv) {
    if (argv[0] == "backup-config") has_key_ = argv[1] != "no-key";
    if (argv[0] == "backup" && !has_key_) return "";
    if (const auto of_backups = test::backup_answer(argv, spoiled_)) return *of_backups;
    const std::string& last = argv.back();
    if (last.find("pg_terminate_backend") != std::string::npos) {
      if (sessions_left_ && node == leader) sessions_left_ = 0;
      return "";
    }
    if (last.find("count(*)") != std::string::npos)
      return std::to_string(node == leader ? sessions() : 0);
    if (last.find("pg_wal_lsn_diff") != std::string::npos) return "4096|1.000\n";
    if (last == "DBSIZE") return argv[3] == "1" && flushed_ ? "0" : "900";  // 1: the cache's
    flushed_ = flushed_ || last == "FLUSHDB";
    return last == "ROLE" ? "slave\n198.18.1.25\n6379\nconnected\n" : "OK\n";
  }

  std::function<void(const std::string&)> tell_;
  Picture baseline_;
  std::optional<size_t> sessions_left_;  // of a picture; else those of the database itself
  bool flushed_ = false, spoiled_ = false, has_key_ = true;
};

}  // namespace rehearse
