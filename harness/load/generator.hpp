// The load's thread: begins each arrival at its time, tries until it ends, watches payments until
// they are settled. All state but the counters belongs to that thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "load/behaviour.hpp"
#include "load/client.hpp"
#include "load/entry.hpp"
#include "load/load.hpp"
#include "load/login.hpp"
#include "load/protocol.hpp"

namespace rehearse {

// Whether the way through the edges is out, as players find it: of the tries that ended in the last
// second nearly none was answered by the platform, two seconds in a row.
class PathWatch {
 public:
  void ended(bool answered) {
    ++ended_;
    answered_ += answered ? 1 : 0;
  }
  void tick() {
    const bool bad = ended_ > 0 && answered_ * 10 < ended_;
    bad_ticks_ = bad ? bad_ticks_ + 1 : 0;
    ended_ = answered_ = 0;
  }
  bool is_out() const { return bad_ticks_ >= 2; }

 private:
  int64_t ended_ = 0, answered_ = 0;
  int bad_ticks_ = 0;
};

class Generator final : public Load {
 public:
  // `trust`: for the edges, null = they speak no TLS.
  Generator(const LoadPlan& plan, const PlatformEdges& edges, HistoryWriter& history,
            const std::shared_ptr<const TlsTrust>& trust);
  ~Generator() override;

  // Returns once the thread has joined the namespace, or could not.
  Status begin();

  LoadProgress progress() const override;
  std::vector<Window> windows(const Span& span) const override;
  Window window(const std::vector<OperationKind>& kinds, int64_t from_ns,
                int64_t to_ns) const override;
  int64_t play_next(const LoadPlan& plan) override;
  std::shared_ptr<const EdgeTrial> try_edge(const Endpoint& edge) override;
  void stop_arrivals() override;
  LoadResult finish(int64_t deadline_ns) override;

 private:
  static constexpr size_t no_arrival = static_cast<size_t>(-1);
  // All that goes through one edge, whoever is given out to players.
  struct Trial {
    std::shared_ptr<EdgeTrial> told;
    size_t edge = 0;
    uint64_t round = 0;
  };

  // An operation begun and not ended.
  struct Running {
    Operation operation;
    HttpRequest request;                   // the same in every try, byte for byte
    const Behaviour* behaviour = nullptr;  // of a watch: of what it watches
    uint64_t arrival = 0;                  // its index, or none; of a watch: that of the payment
    Attempt* attempt = nullptr;            // the latest
    uint32_t attempts = 0;
    size_t endpoint = 0;  // of the latest try or look
    bool maybe_done = false;
    bool resent = false;         // it has ended; this is its second sending
    int64_t watch_until_ns = 0;  // of a *_settled: end of this watch
    std::optional<Trial> trial = {};
  };

  struct Counters {
    std::atomic<int64_t> scheduled = 0, sent = 0, ok = 0, rejected = 0, failed = 0, unknown = 0;
    std::atomic<double> recent_error_share = 0, recent_p95_ms = 0;
  };

  void pump();
  void take_over(const std::vector<Arrival>& next, int64_t from_ns);
  void begin_arrival(size_t index);
  Operation operation_for(size_t index) const;
  Moment moment_for(const Arrival& arrival) const;
  HttpRequest request_for(const Operation& operation) const;
  Running* add(const Operation& operation, size_t arrival);
  bool try_at(Running& running, int64_t intended_ns);
  void answered(uint64_t id, const std::expected<HttpResponse, HttpError>& result);
  void retry_or_rest(Running& running, int64_t told_ms);
  void resend_later(const Running& ended);
  void resend(const Operation& operation, uint32_t attempts);
  void forget(uint64_t id);
  void confirm_contact(uint32_t player, uint32_t tries = 0);
  void begin_watch(const Operation& payment, size_t arrival, int64_t accepted_ns);
  void look(uint64_t id);
  void looked(uint64_t id, const std::expected<HttpResponse, HttpError>& result);
  void look_again(uint64_t id);
  bool begin_attempt(Running& running, int64_t intended_ns);
  void end_attempt(Running& running, const Answer& answer, bool told);
  void try_through(const Trial& trial, OperationKind kind, uint64_t related);
  void tried(const Trial& trial, const Operation& operation, Outcome outcome);
  void end(uint64_t id, Outcome outcome);
  void done(const Operation& operation, size_t arrival, int64_t answered_ns);
  void count(Outcome outcome);
  void follow_edge(Running& running, bool reached);
  void stop_now();
  void cut();
  void end_if_drained();
  void publish_recent();

  const LoadPlan plan_;
  const std::string network_namespace_;
  Entry entry_;
  std::unique_ptr<Logins> logins_;  // null: nobody can log in
  Client& client_;
  HistoryWriter& history_;
  std::vector<Arrival> arrivals_;
  size_t in_flight_max_ = load_in_flight_max;

  int64_t start_ns_ = 0;
  size_t next_ = 0;       // arrival
  uint64_t pumping_ = 0;  // timers of plans before this one are over
  std::unordered_map<uint64_t, Running> running_;
  size_t watches_ = 0;  // of those running
  uint64_t trials_ = 0;
  std::vector<uint64_t> operation_of_;  // by arrival: operation id + 1, 0 = not begun
  std::vector<Outcome> outcome_of_;     // by arrival: how its operation ended
  std::vector<bool> registered_;        // by player: for the emergency channel
  bool stopped_ = false, draining_ = false, cut_ = false;
  LoadResult result_;
  std::vector<int64_t> recent_ns_;  // times of the tries that succeeded since the last tick
  int64_t recent_ended_ = 0;
  PathWatch path_;  // how the way through the edges fares

  Counters counters_;
  mutable std::mutex reading_;  // a view that reads the history, against finish()
  bool finished_ = false;
  std::thread thread_;
};

}  // namespace rehearse
