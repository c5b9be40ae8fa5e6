// Players: an open model. Every arrival (when, who, what, how much) is fixed in advance from the
// seed; what an arrival does may depend on how its related bet ended. The generator's thread joins
// the network namespace `internet` and knows nothing of the platform but its edges.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/http.hpp"
#include "base/result.hpp"
#include "record/history.hpp"

namespace rehearse {

struct LoadStep {
  int64_t for_ms = 0;
  double rate_per_s = 0;  // reached at the end of the step when ramp, else at once
  bool ramp = false;
};

// By which method, or over which network, how much of the payments goes; weights.
struct MethodShare {
  Method method = Method::none;
  double share = 0;
};
struct NetworkShare {
  Network network = Network::none;
  double share = 0;
};

// What players do: scenarios/profiles/NAME.yaml as a value.
struct LoadProfile {
  std::string name;
  // Shares of arrivals by what starts them; they need not sum to 1 (they are weights).
  std::array<double, operation_kinds> weights{};
  double settle_after_ms = 0;  // a bet's win, rollback or loss comes this long after it (mean)
  double win_share = 0;        // of bets
  double rollback_share = 0;   // of bets, though they were accepted
  double cancel_share = 0;     // of payouts
  std::vector<MethodShare> deposit_methods, payout_methods;  // empty: the cashier's own choice
  std::vector<NetworkShare> networks;                        // of stablecoins
  // Of acknowledged bets, wins, rollbacks and payments: sent once more under the same key some
  // seconds later, as senders do that lost the answer or their memory. Must change nothing.
  double resent_share = 0;
  // How the rate moves, as shares of the scenario's one rate, again and again; empty: it does not.
  std::vector<LoadStep> shape;

  double& weight(OperationKind kind) { return weights.at(static_cast<size_t>(kind)); }
  double weight(OperationKind kind) const { return weights.at(static_cast<size_t>(kind)); }
  double weights_sum() const { return std::accumulate(weights.begin(), weights.end(), 0.0); }
};

struct LoadPlan {
  LoadProfile profile;
  std::vector<LoadStep> steps;  // the last one lasts until arrivals are stopped
  uint32_t players = 0;
  uint64_t seed = 0;
  int64_t length_ms_max = 0;   // arrivals are made for at most this long
  uint64_t rounds_before = 0;  // numbers of game rounds that belong to others
};

// One planned arrival. Follow-ups (win, rollback) are arrivals of their own with a time of their
// own.
struct Arrival {
  int64_t at_ns = 0;  // from the start of the load
  OperationKind kind = OperationKind::bet;
  Currency currency = Currency::EUR;
  uint32_t player = 0;
  int64_t amount_minor = 0;
  uint64_t related = 0;  // of a follow-up: the index of the arrival that it belongs to
  uint64_t round = 0;
  Method method = Method::none;
  Network network = Network::none;
  Currency currency_to = Currency::EUR;
  uint8_t node = 0;  // where one of several nodes is stayed at: which (modulo their number)
  bool follows = false;
};

// Deterministic: the same plan gives the same arrivals, ordered by time. (Operation ids are given
// when operations begin: an arrival that is not sent has none, and *_settled come in between.)
std::vector<Arrival> plan_arrivals(const LoadPlan& plan);

// How many arrivals of each kind that plan leads to expect between two times from its start; of a
// watch as many as of what it watches.
std::map<OperationKind, double> expected_arrivals(const LoadPlan& plan, double from_ms,
                                                  double to_ms);

// Operations begun and not ended; an arrival beyond them is not sent, and counted.
constexpr size_t load_in_flight_max = 8'000;

// The room that the history of a plan needs, an outage as long as the run included.
struct HistoryRoom {
  size_t operations = 0, attempts = 0;
};
HistoryRoom history_room(const LoadPlan& plan);

// Where the platform is reached: data of the stack.
struct PlatformEdges {
  std::string network_namespace;  // path, /run/netns/NAME; empty = the caller's own
  std::vector<Endpoint> edges;
  // What else players go to, by the names that behaviours use; those that are missing are not
  // played (see playable()).
  std::map<std::string, std::vector<Endpoint>, std::less<>> targets = {};
  // By which the edges are found, and who knows it; empty: they are known.
  std::string name = {};
  std::vector<Endpoint> name_servers = {};
  // Who signed the certificates that the edges show; empty = they are spoken to without TLS.
  std::string authority_file = {};
  // Of addresses that stand in one: what serves a player is where the player's edge is.
  std::map<std::string, std::string> regions = {};
};

// A snapshot for the live view; totals since the start, of operations by how they ended (in flight:
// begun and not ended, those between two tries included).
struct LoadProgress {
  int64_t scheduled = 0, sent = 0, ok = 0, rejected = 0, failed = 0, unknown = 0, in_flight = 0;
  double recent_error_share = 0;  // of attempts that ended in the last second, watches excluded
  double recent_p95_ms = 0;
};

struct LoadResult {
  int64_t scheduled = 0, not_sent = 0;  // arrivals due until the stop; of them those never begun
  std::vector<int64_t> lateness_us;     // of every arrival that was begun, in order
  int64_t last_arrival_ns = 0;          // monotonic; intended time of the last one due
  bool drained = false;                 // every operation that was begun has ended
};

// A bet, its win and a payout, tried through one edge before players go there: how far they are.
// They are operations of the history like all others.
struct EdgeTrial {
  static constexpr int operations = 3;
  std::atomic<int> acknowledged = 0;
  std::atomic<bool> failed = false;         // one of them ended otherwise
  std::atomic<uint64_t> first_operation{};  // of the bet; the others follow once it is acknowledged
};

class Load {
 public:
  // Starts the thread; the first arrival is due at once. Errors: cannot join the namespace.
  static Result<std::unique_ptr<Load>> start(const LoadPlan& plan, const PlatformEdges& edges,
                                             HistoryWriter& history);
  virtual ~Load() = default;
  virtual LoadProgress progress() const = 0;
  // Successes by kind in the window that ended now: used to see that all kinds have recovered. A
  // try without an answer yet counts as an attempt that did not succeed once it is 1 s old (6 s for
  // *_settled, which wait for somebody else), and not before. p95 is from the intended send.
  struct Window {
    int64_t attempts = 0, succeeded = 0;  // attempts intended in the window (answered ok/rejected)
    double p95_ms = 0;
  };
  // Of each kind; the index is the kind. Where a kind had fewer than `attempts_min`, its window
  // begins earlier, so that it has them, but not before `earliest_ns`. One pass over what was tried
  // since then: a thousand attempts a second make each pass count.
  struct Span {
    int64_t from_ns = 0, to_ns = 0;
    int64_t attempts_min = 0, earliest_ns = 0;
  };
  virtual std::vector<Window> windows(const Span& span) const = 0;
  // The same of several kinds together.
  virtual Window window(const std::vector<OperationKind>& kinds, int64_t from_ns,
                        int64_t to_ns) const = 0;
  // Plays this plan from now on, as from its own start, instead of what the one before still has;
  // its players are as many. Monotonic ns of its start. Room for it was in the history's.
  virtual int64_t play_next(const LoadPlan& plan) = 0;
  // Of one unit of money each, by the first player. Its answers come while the caller looks.
  virtual std::shared_ptr<const EdgeTrial> try_edge(const Endpoint& edge) = 0;
  virtual void stop_arrivals() = 0;
  // Waits until all operations begun have ended (retries included), at most until the deadline
  // (monotonic ns); then ends the thread. Afterwards the history may be closed.
  virtual LoadResult finish(int64_t deadline_ns) = 0;
};

}  // namespace rehearse
