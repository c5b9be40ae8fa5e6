#include "load/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "load/words.hpp"

namespace rehearse {

namespace json = boost::json;

namespace {

template <typename Small>
Small small_of(const json::object& object, std::string_view name) {
  const int64_t number = number_of(object, name);
  return std::in_range<Small>(number) ? static_cast<Small>(number) : Small{0};
}

Answer fields_of(const HttpResponse& response, const json::object& body) {
  Answer answer;
  answer.http_status = static_cast<uint16_t>(response.status);
  const json::value* replay = body.if_contains("replay");
  answer.replay = replay != nullptr && replay->is_bool() && replay->get_bool();
  answer.amount_minor = number_of(body, "amount_minor");
  answer.balance_minor = number_of(body, "balance_minor");
  answer.version = number_of(body, "version");
  answer.seq = number_of(body, "seq");
  answer.epoch = small_of<uint32_t>(body, "epoch");
  answer.timeline = small_of<uint16_t>(body, "timeline");
  answer.region_term = small_of<uint16_t>(body, "region_term");
  answer.reason = text_of(body, "reason");
  return answer;
}

}  // namespace

Answer answer_of(const HttpResponse& response) {
  const json::object body = object_of(response.body);
  Answer answer = fields_of(response, body);
  const std::string_view said = text_of(body, "outcome");
  const int status = response.status;
  if ((status == 200 || status == 202) && said == "ok") {
    answer.outcome = Outcome::ok;
  } else if ((status == 400 || status == 409 || status == 422) && said == "rejected") {
    answer.outcome = Outcome::rejected;
  } else if (status == 503 && said == "failed") {
    answer.outcome = Outcome::failed;
  } else if (answer.reason.empty()) {
    answer.reason = fmt::format("http_{}", status);
  }
  return answer;
}

Answer answer_of(const HttpError& error) {
  Answer answer;
  answer.outcome = error.failure == HttpFailure::not_sent ? Outcome::failed : Outcome::unknown;
  answer.reason = error.message;
  return answer;
}

int64_t retry_after_ms(const HttpResponse& response) {
  constexpr int64_t longest_s = 60;
  for (const auto& [name, value] : response.headers) {
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (name != "retry-after" || error != std::errc{} || end != value.data() + value.size())
      continue;
    return std::clamp<int64_t>(seconds, 0, longest_s) * 1'000;
  }
  return 0;
}

Answer page_answer_of(const HttpResponse& response) {
  Answer answer;
  answer.http_status = static_cast<uint16_t>(response.status);
  if (response.status == 200) {
    answer.outcome = Outcome::ok;
  } else {
    answer.outcome = Outcome::failed;  // a look that showed nothing did nothing either
    answer.reason = fmt::format("http_{}", response.status);
  }
  return answer;
}

Answer look_answer_of(const HttpResponse& response, std::span<const std::string_view> done,
                      std::span<const std::string_view> undone, std::string_view amount) {
  const json::object body = object_of(response.body);
  Answer answer = fields_of(response, body);
  answer.amount_minor = number_of(body, amount);
  const std::string_view state = text_of(body, "state");
  const bool told = response.status == 200 && !state.empty();
  if (told && std::ranges::find(done, state) != done.end()) {
    answer.outcome = Outcome::ok;
  } else if (told && std::ranges::find(undone, state) != undone.end()) {
    answer.outcome = Outcome::rejected;
  }
  if (answer.outcome != Outcome::ok && answer.reason.empty()) {
    answer.reason = told ? std::string(state) : fmt::format("http_{}", response.status);
  }
  return answer;
}

void fill(Attempt& attempt, const Answer& answer) {
  attempt.replay = answer.replay ? 1 : 0;
  attempt.http_status = answer.http_status;
  attempt.amount_minor = answer.amount_minor;
  attempt.balance_minor = answer.balance_minor;
  attempt.version = answer.version;
  attempt.seq = answer.seq;
  attempt.epoch = answer.epoch;
  attempt.timeline = answer.timeline;
  attempt.region_term = answer.region_term;
  const size_t length = std::min(answer.reason.size(), sizeof attempt.reason - 1);
  std::memcpy(attempt.reason, answer.reason.data(), length);
  attempt.reason[length] = '\0';
}

}  // namespace rehearse
