// Sessions queue for one lock and hold it in turns: SHARE ROW EXCLUSIVE on a table that every
// operation writes. Locks are granted in the order in which they were asked for, so that each
// writer waits behind the whole queue, as it does when a report or a migration gone wrong meets the
// evening's load.
//
// Heals by: the sessions end and PostgreSQL rolls back. They are the harness's own connections and
// die with it (platform/database.hpp says how soon).
// Effect: the server names sessions of others that wait for a lock behind ours.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "faults/places.hpp"
#include "platform/database.hpp"

namespace rehearse {
namespace {

constexpr int64_t sessions_default = 8;
constexpr int64_t sessions_max = 50;  // half of what the server gives: more is another fault
constexpr int64_t hold_ms_min = 200, hold_ms_max = 500;
constexpr int64_t lock_look_ms = 1'000, answer_ms = 1'000;
constexpr int64_t lock_ms = 7'000;  // above the session's own lock_timeout
constexpr int64_t reconnect_pause_ms = 500;

class LockStorm final : public Fault {
 public:
  ~LockStorm() override { end(); }

  Result<PlannedFault> plan(const FaultContext& context) override {
    const auto& params = context.entry.params;
    const auto table = params.find("table"), sessions = params.find("sessions");
    table_ = table == params.end() ? "accounts" : std::get<std::string>(table->second);
    const int64_t count =
        sessions == params.end() ? sessions_default : std::get<int64_t>(sessions->second);
    for (int64_t i = 0; i < count; ++i) seeds_.push_back(context.random());
    const auto node = context.platform().holder_of(context.view, Purpose::ledger, Rank::leader);
    if (!node) return std::unexpected(node.error());
    node_ = *node;
    login_ = owner_login(context.stack, node_);
    name_ = session_name(context.entry.id);
    return PlannedFault{context.entry.id,
                        "lock_storm",
                        fmt::format("{} on {}", table_, *node),
                        {end_sessions(*node, name_)}};
  }

  Status inject(Effects&) override {
    std::vector<std::unique_ptr<DatabaseSession>> sessions;
    for (size_t i = 0; i <= seeds_.size(); ++i) {
      auto session = DatabaseSession::open(login_, name_, session_open_ms);
      if (!session) return fail(ExitCode::inconclusive, session.error().message);
      sessions.push_back(std::move(*session));
    }
    looking_ = std::move(sessions.back());
    for (size_t i = 0; i < seeds_.size(); ++i)
      threads_.emplace_back(
          [this, seed = seeds_[i], session = std::move(sessions[i])](
              const std::stop_token& stop) mutable { storm(stop, std::move(session), seed); });
    return {};
  }

  Result<std::optional<Evidence>> effect(Effects&) override {
    look();
    if (waiting_ == 0) return std::nullopt;
    return Evidence{{"table", table_},
                    {"sessions", std::to_string(seeds_.size())},
                    {"others_waiting_at_effect", std::to_string(waiting_)}};
  }

  // A moment without anybody behind ours is none without a storm.
  Result<bool> holds(Effects&) override {
    look();
    const int64_t turns = turns_, before = std::exchange(turns_seen_, turns);
    return waiting_ > 0 || turns > before;
  }

  Evidence afterwards(Effects&) override {
    end();
    return {{"turns_held", std::to_string(turns_)},
            {"others_waiting_max", std::to_string(waiting_max_)}};
  }

  Result<Evidence> restored(Effects& runtime) override {
    return require_no_sessions(runtime, node_, name_);
  }

 private:
  // How many sessions wait for a lock behind one of ours. A server that does not answer now (it may
  // just be failing over) says nothing.
  void look() {
    waiting_ = 0;
    if (!looking_ || looking_->broken()) {
      auto again = DatabaseSession::open(login_, name_, lock_look_ms);
      if (!again) return;
      looking_ = std::move(*again);
    }
    waiting_ = looking_->waiting_behind(name_, lock_look_ms).value_or(0);
    waiting_max_ = std::max(waiting_max_, waiting_);
  }

  void storm(const std::stop_token& stop, std::unique_ptr<DatabaseSession> session, uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!stop.stop_requested()) {
      const auto hold_ms =
          hold_ms_min + static_cast<int64_t>(random() % (hold_ms_max - hold_ms_min + 1));
      if (session) hold_once(*session, hold_ms, stop);
      if (session && !session->broken()) continue;
      pause(stop, reconnect_pause_ms);
      auto again = DatabaseSession::open(login_, name_, session_open_ms, stop);
      session = again ? std::move(*again) : nullptr;
    }
  }

  // One turn. Where the lock does not come in time, the next turn tries again.
  void hold_once(DatabaseSession& session, int64_t hold_ms, const std::stop_token& stop) {
    const auto locked = session.lock_table(table_, lock_ms, stop);
    if (locked) {
      ++turns_;
      pause(stop, hold_ms);
    } else if (!session.broken()) {
      pause(stop, hold_ms_min);  // a refusal that comes at once must not become a busy loop
    }
    session.roll_back(answer_ms, stop);
  }

  void pause(const std::stop_token& stop, int64_t length_ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, std::chrono::milliseconds(length_ms), [] { return false; });
  }

  void end() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();  // joins
    looking_.reset();
  }

  std::string table_, node_, name_;
  DatabaseLogin login_;
  std::vector<uint64_t> seeds_;  // one for each session
  std::unique_ptr<DatabaseSession> looking_;
  int64_t waiting_ = 0, waiting_max_ = 0, turns_seen_ = 0;
  std::atomic<int64_t> turns_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::jthread> threads_;
};

}  // namespace

FaultSchema lock_storm_schema() {
  return {"lock_storm",
          "Sessions hold a table's lock in turns: writers wait behind them",
          Length::lasting,
          {{"table", ParamType::text, false, {"accounts", "entries", "operations", "payments"}},
           {"sessions", ParamType::count, false, {}, 1, sessions_max}}};
}
std::unique_ptr<Fault> make_lock_storm() {
  return std::make_unique<LockStorm>();
}

}  // namespace rehearse
