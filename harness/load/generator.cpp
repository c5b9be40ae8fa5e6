#include "load/generator.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

#include "base/clock.hpp"
#include "base/thread_setup.hpp"
#include "load/recent.hpp"
#include "load/retry.hpp"

namespace rehearse {

namespace {

constexpr int arrivals_per_turn_max = 64;  // answers are read between two turns

Answer unknown_because(std::string reason) {
  Answer answer;
  answer.reason = std::move(reason);
  return answer;
}

}  // namespace

Generator::Generator(const LoadPlan& plan, const PlatformEdges& edges, HistoryWriter& history,
                     const std::shared_ptr<const TlsTrust>& trust)
    : plan_(plan),
      network_namespace_(edges.network_namespace),
      entry_(edges, plan.players, trust),
      client_(entry_.client()),
      history_(history),
      arrivals_(plan_arrivals(plan)),
      operation_of_(arrivals_.size()),
      outcome_of_(arrivals_.size()),
      registered_(plan.players + 1) {
  if (edges.targets.contains("session"))
    logins_ = std::make_unique<Logins>(entry_, plan.players, std::string(history.run_key()));
  // Nothing is allocated in bulk while arrivals are due.
  result_.lateness_us.reserve(arrivals_.size());
  running_.reserve(2 * load_in_flight_max);
}

Generator::~Generator() {
  client_.stop();
  if (thread_.joinable()) thread_.join();
}

Status Generator::begin() {
  in_flight_max_ = std::min(load_in_flight_max, raise_descriptor_limit() / 2);
  if (auto known = entry_.begin(); !known) return known;
  std::promise<Status> joining;
  auto status = joining.get_future();
  thread_ = std::thread([this, joined = std::move(joining)]() mutable {
    if (Status entered = join_network_namespace(network_namespace_); !entered)
      return joined.set_value(std::move(entered));
    raise_thread_priority();
    client_.post([this, &joined] {
      const auto start = [this, &joined](Status ready) {
        const bool runs = ready.has_value();
        start_ns_ = monotonic_ns();
        joined.set_value(std::move(ready));
        if (!runs) return client_.stop();
        client_.at(start_ns_ + ns_per_s, [this] { publish_recent(); });
        pump();
      };
      if (!logins_) return start({});
      logins_->begin(start);
    });
    client_.run();
  });
  return status.get();
}

void Generator::pump() {
  if (stopped_) return;
  for (int turn = 0; next_ < arrivals_.size(); ++turn) {
    const int64_t due_ns = start_ns_ + arrivals_[next_].at_ns;
    if (turn == arrivals_per_turn_max || monotonic_ns() < due_ns) {
      client_.at(due_ns, [this, mine = pumping_] {
        if (mine == pumping_) pump();
      });
      return;
    }
    begin_arrival(next_++);
  }
}

void Generator::take_over(const std::vector<Arrival>& next, int64_t from_ns) {
  if (stopped_) return;
  const int64_t shift_ns = from_ns - start_ns_;
  while (arrivals_.size() > next_ && arrivals_.back().at_ns >= shift_ns) arrivals_.pop_back();
  const size_t before = arrivals_.size();
  arrivals_.insert(arrivals_.end(), next.begin(), next.end());
  for (size_t i = before; i < arrivals_.size(); ++i) {
    arrivals_[i].at_ns += shift_ns;
    if (arrivals_[i].follows) arrivals_[i].related += before;
  }
  operation_of_.resize(arrivals_.size());
  outcome_of_.resize(arrivals_.size());
  result_.lateness_us.reserve(arrivals_.size());
  ++pumping_;
  pump();
}

void Generator::begin_arrival(size_t index) {
  const int64_t intended_ns = start_ns_ + arrivals_[index].at_ns;
  result_.last_arrival_ns = intended_ns;
  ++counters_.scheduled;
  Running* running = nullptr;
  if (running_.size() - watches_ < in_flight_max_) running = add(operation_for(index), index);
  if (running == nullptr) {
    ++result_.not_sent;
    return;
  }
  operation_of_[index] = running->operation.id + 1;
  const int64_t late_ns = monotonic_ns() - intended_ns;
  if (!try_at(*running, intended_ns)) {
    ++result_.not_sent;
    running_.erase(running->operation.id);
    return;
  }
  ++counters_.sent;
  result_.lateness_us.push_back(late_ns / 1'000);
}

Moment Generator::moment_for(const Arrival& arrival) const {
  Moment moment;
  if (arrival.follows) {
    moment.related_begun = operation_of_[arrival.related] != 0;
    moment.related_outcome = outcome_of_[arrival.related];
    moment.related_amount_minor = arrivals_[arrival.related].amount_minor;
  }
  moment.path_out = path_.is_out();
  moment.registered = registered_[arrival.player];
  return moment;
}

// What an arrival does depends on what became of what it belongs to, as its sender knows it.
Operation Generator::operation_for(size_t index) const {
  const Arrival& arrival = arrivals_[index];
  Operation operation;
  operation.kind = arrival.kind;
  operation.currency = arrival.currency;
  operation.player = arrival.player;
  operation.amount_minor = arrival.amount_minor;
  operation.intended_ns = start_ns_ + arrival.at_ns;
  operation.round = arrival.round;
  operation.method = arrival.method;
  operation.network = arrival.network;
  operation.currency_to = arrival.currency_to;
  operation.node = arrival.node;
  const Moment moment = moment_for(arrival);
  if (moment.related_begun) operation.related = operation_of_[arrival.related] - 1;
  const Behaviour* behaviour = behaviour_of(arrival.kind);
  if (behaviour->adjust != nullptr) behaviour->adjust(operation, moment);
  return operation;
}

Generator::Running* Generator::add(const Operation& operation, size_t arrival) {
  Operation record = operation;
  record.id = history_.operation_count();
  if (history_.add_operation(record) == nullptr) return nullptr;
  Running& running = running_[record.id];
  running.operation = record;
  running.arrival = arrival;
  running.behaviour =
      behaviour_of(is_settlement(record.kind) ? *traits_of(record.kind).settles : record.kind);
  if (!is_settlement(record.kind)) {
    running.request = request_for(record);
  }
  return &running;
}

HttpRequest Generator::request_for(const Operation& operation) const {
  const Behaviour& behaviour = *behaviour_of(operation.kind);
  HttpRequest request = behaviour.request_of(operation, history_.run_key());
  if (logins_) logins_->sign(request, behaviour, operation.player);
  return request;
}

bool Generator::begin_attempt(Running& running, int64_t intended_ns) {
  Attempt attempt;
  attempt.operation = running.operation.id;
  attempt.number = ++running.attempts;
  attempt.intended_ns = intended_ns;
  attempt.sent_ns = monotonic_ns();
  running.attempt = history_.add_attempt(attempt);
  return running.attempt != nullptr;
}

void Generator::end_attempt(Running& running, const Answer& answer, bool told) {
  Attempt& attempt = *running.attempt;
  const int64_t now_ns = monotonic_ns();
  if (told) attempt.answered_ns = now_ns;
  fill(attempt, answer);
  set_outcome(attempt, answer.outcome);
  running.maybe_done |= answer.outcome == Outcome::unknown;
  if (is_settlement(running.operation.kind)) return;  // how long others pay is not our latency
  if (entry_.is_at_edges(*running.behaviour) && !running.trial) {
    path_.ended(told && answer.outcome != Outcome::unknown);
  }
  ++recent_ended_;
  if (is_final(answer.outcome)) recent_ns_.push_back(now_ns - attempt.intended_ns);
}

bool Generator::try_at(Running& running, int64_t intended_ns) {
  if (!begin_attempt(running, intended_ns)) return false;
  running.endpoint = running.trial ? running.trial->edge
                                   : entry_.endpoint_for(*running.behaviour, running.operation);
  client_.call(running.endpoint, running.request, connect_timeout_ms, answer_timeout_ms,
               [this, id = running.operation.id](const auto& result) { answered(id, result); });
  return true;
}

void Generator::answered(uint64_t id, const std::expected<HttpResponse, HttpError>& result) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;  // cut meanwhile
  Running& running = found->second;
  follow_edge(running, result.has_value());
  const Answer answer = result ? running.behaviour->answer_of(*result) : answer_of(result.error());
  end_attempt(running, answer, result.has_value());
  if (running.resent) return forget(id);
  if (answer.outcome == Outcome::ok) resend_later(running);
  if (is_final(answer.outcome)) return end(id, answer.outcome);
  retry_or_rest(running, result ? retry_after_ms(*result) : 0);
}

// Not before it was told to, and not all of those who were told together.
void Generator::retry_or_rest(Running& running, int64_t told_ms) {
  const Operation& operation = running.operation;
  const int64_t next_ns =
      monotonic_ns() + told_ms * ns_per_ms + backoff_ns(plan_.seed, operation.id, running.attempts);
  const auto rest = [this](const Running& resting) {
    end(resting.operation.id, resting.maybe_done ? Outcome::unknown : Outcome::failed);
  };
  if (next_ns > operation.intended_ns + retry_for_ns ||
      running.attempts >= attempts_per_operation_max) {
    return rest(running);
  }
  client_.at(next_ns, [this, rest, id = operation.id, next_ns] {
    const auto found = running_.find(id);
    if (found != running_.end() && !try_at(found->second, next_ns)) rest(found->second);
  });
}

// Where a try went, and whether anybody was there.
void Generator::follow_edge(Running& running, bool reached) {
  if (running.trial) return;
  entry_.follow(*running.behaviour, running.operation.player, running.endpoint, reached);
}

void Generator::end(uint64_t id, Outcome outcome) {
  const auto found = running_.find(id);
  const Operation operation = found->second.operation;
  const size_t arrival = found->second.arrival;
  const auto trial = found->second.trial;
  const int64_t answered_ns =
      found->second.attempt != nullptr ? found->second.attempt->answered_ns : 0;
  running_.erase(found);
  count(outcome);
  if (is_settlement(operation.kind)) {
    --watches_;
  } else {
    if (arrival != no_arrival) outcome_of_[arrival] = outcome;
    if (trial) tried(*trial, operation, outcome);
    if (outcome == Outcome::ok) done(operation, arrival, answered_ns);
  }
  end_if_drained();
}

void Generator::done(const Operation& operation, size_t arrival, int64_t answered_ns) {
  if (operation.kind == OperationKind::contact) confirm_contact(operation.player);
  if (watch_of(operation.kind)) begin_watch(operation, arrival, answered_ns);
}

void Generator::count(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      ++counters_.ok;
      break;
    case Outcome::rejected:
      ++counters_.rejected;
      break;
    case Outcome::failed:
      ++counters_.failed;
      break;
    case Outcome::unknown:
    case Outcome::none:
      ++counters_.unknown;
      break;
  }
}

void Generator::stop_now() {
  if (stopped_) return;
  const int64_t now_ns = monotonic_ns();
  // What was due until now is begun: the stop is not an excuse for being late.
  while (next_ < arrivals_.size() && start_ns_ + arrivals_[next_].at_ns <= now_ns) {
    begin_arrival(next_++);
  }
  stopped_ = true;
}

void Generator::end_if_drained() {
  if (draining_ && running_.empty()) client_.stop();
}

// The drain's deadline: what still runs rests as what is known of it.
void Generator::cut() {
  cut_ = !running_.empty();
  for (auto& [id, running] : running_) {
    if (running.attempt != nullptr && outcome_now(*running.attempt) == Outcome::none) {
      end_attempt(running, unknown_because("cut_at_drain"), false);
    }
    const bool unknown = running.maybe_done || is_settlement(running.operation.kind);
    if (!running.resent) count(unknown ? Outcome::unknown : Outcome::failed);
  }
  running_.clear();
  watches_ = 0;
  client_.stop();
}

void Generator::publish_recent() {
  path_.tick();
  const auto succeeded = static_cast<double>(recent_ns_.size());
  const auto ended = static_cast<double>(recent_ended_);
  counters_.recent_error_share = recent_ended_ == 0 ? 0 : 1 - succeeded / ended;
  counters_.recent_p95_ms = p95_ms(recent_ns_);
  recent_ns_.clear();
  recent_ended_ = 0;
  client_.at(monotonic_ns() + ns_per_s, [this] { publish_recent(); });
}

LoadProgress Generator::progress() const {
  LoadProgress progress;
  progress.ok = counters_.ok;
  progress.rejected = counters_.rejected;
  progress.failed = counters_.failed;
  progress.unknown = counters_.unknown;
  progress.sent = counters_.sent;
  progress.scheduled = counters_.scheduled;
  const int64_t ended = progress.ok + progress.rejected + progress.failed + progress.unknown;
  progress.in_flight = std::max<int64_t>(0, progress.sent - ended);
  progress.recent_error_share = counters_.recent_error_share;
  progress.recent_p95_ms = counters_.recent_p95_ms;
  return progress;
}

std::vector<Load::Window> Generator::windows(const Span& span) const {
  const std::lock_guard lock(reading_);
  if (finished_) return std::vector<Window>(operation_kinds);  // the history may be closed by now
  return windows_of(history_, span, monotonic_ns());
}

Load::Window Generator::window(const std::vector<OperationKind>& kinds, int64_t from_ns,
                               int64_t to_ns) const {
  const std::lock_guard lock(reading_);
  if (finished_) return {};
  return window_of(history_, kinds, from_ns, to_ns, monotonic_ns());
}

int64_t Generator::play_next(const LoadPlan& plan) {
  constexpr int64_t lead_ns = 100 * ns_per_ms;  // in which the thread takes it over
  auto next = std::make_shared<const std::vector<Arrival>>(plan_arrivals(plan));
  const int64_t from_ns = monotonic_ns() + lead_ns;
  client_.post([this, next, from_ns] { take_over(*next, from_ns); });
  return from_ns;
}

void Generator::stop_arrivals() {
  client_.post([this] { stop_now(); });
}

LoadResult Generator::finish(int64_t deadline_ns) {
  client_.post([this, deadline_ns] {
    stop_now();
    draining_ = true;
    client_.at(deadline_ns, [this] { cut(); });
    end_if_drained();
  });
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(reading_);
  finished_ = true;
  result_.scheduled = counters_.scheduled;
  result_.drained = !cut_;
  return std::move(result_);
}

}  // namespace rehearse
