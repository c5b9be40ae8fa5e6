// What happens after a payment or a spin was accepted: the player looks until it is settled. Each
// watch of some seconds is an attempt, so that an outage of settlement shows as attempts that
// failed.
#include <algorithm>

#include "base/clock.hpp"
#include "load/generator.hpp"
#include "load/retry.hpp"

namespace rehearse {

namespace {

constexpr int64_t look_every_ns = 250 * ns_per_ms;
// Looks are kept below 100/s in all: after an outage hundreds of payments wait, and players who
// look four times a second each would keep the cashier from the very backlog that they wait for.
constexpr int64_t look_spacing_ns = 10 * ns_per_ms;

}  // namespace

void Generator::begin_watch(const Operation& payment, size_t arrival, int64_t accepted_ns) {
  Operation operation = payment;
  operation.kind = *watch_of(payment.kind);
  operation.related = payment.id;
  operation.intended_ns = accepted_ns;
  Running* running = add(operation, arrival);
  if (running != nullptr) {
    running->request = running->behaviour->look_of(payment, history_.run_key());
    if (logins_) logins_->sign(running->request, *running->behaviour, payment.player);
  }
  if (running == nullptr || !begin_attempt(*running, accepted_ns)) {
    ++result_.not_sent;
    if (running != nullptr) running_.erase(running->operation.id);
    return;
  }
  ++watches_;
  ++counters_.sent;
  running->watch_until_ns = running->attempt->sent_ns + running->behaviour->watch_ms * ns_per_ms;
  look(running->operation.id);
}

void Generator::look(uint64_t id) {
  Running& running = running_.at(id);
  running.endpoint = entry_.endpoint_for(*running.behaviour, running.operation);
  // Both waits end about when the watch does.
  const int64_t left_ms = (running.watch_until_ns - monotonic_ns()) / ns_per_ms;
  client_.call(running.endpoint, running.request,
               std::clamp<int64_t>(left_ms, 50, connect_timeout_ms),
               std::clamp<int64_t>(left_ms - connect_timeout_ms, 250, answer_timeout_ms),
               [this, id](const auto& result) { looked(id, result); });
}

void Generator::looked(uint64_t id, const std::expected<HttpResponse, HttpError>& result) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  Running& running = found->second;
  follow_edge(running, result.has_value());
  Answer answer = result ? running.behaviour->looked(*result) : answer_of(result.error());
  if (is_final(answer.outcome)) {
    end_attempt(running, answer, true);
    return end(id, answer.outcome);
  }
  const int64_t now_ns = monotonic_ns();
  if (now_ns < running.watch_until_ns) {
    const auto waiting = static_cast<int64_t>(watches_);
    const int64_t pause_ns = std::max(look_every_ns, waiting * look_spacing_ns);
    client_.at(std::min(now_ns + pause_ns, running.watch_until_ns), [this, id] { look_again(id); });
    return;
  }
  answer.outcome = Outcome::unknown;  // a look that failed says nothing about the money
  end_attempt(running, answer, false);
  if (!begin_attempt(running, now_ns)) return end(id, Outcome::unknown);
  running.watch_until_ns = now_ns + running.behaviour->watch_ms * ns_per_ms;
  look(id);
}

void Generator::look_again(uint64_t id) {
  if (running_.contains(id)) look(id);
}

}  // namespace rehearse
