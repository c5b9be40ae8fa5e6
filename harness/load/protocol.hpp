// The words of fixtures/casino/README.md: requests made of operations, and what answers mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "history/records.hpp"

namespace rehearse {

// The request of an operation; of a *_settled kind: one look at the payment that it watches.
HttpRequest request_of(const Operation& operation, std::string_view run_key);

inline bool is_final(Outcome outcome) {
  return outcome == Outcome::ok || outcome == Outcome::rejected;
}

// What one try came to: the fields that an attempt records.
struct Answer {
  Outcome outcome = Outcome::unknown;
  bool replay = false;
  uint16_t http_status = 0;
  int64_t amount_minor = 0, balance_minor = 0, version = 0, seq = 0;
  uint32_t epoch = 0, timeline = 0;
  std::string reason;
};

// ok or rejected only if the platform itself said so in words; failed only if it said so or was
// never reached; everything else is unknown.
Answer answer_of(const HttpResponse& response);
Answer answer_of(const HttpError& error);

// Of a look at a payment: ok = settled, rejected = declined, unknown = not yet or could not be
// told.
Answer payment_answer_of(const HttpResponse& response);

// Fills everything but the outcome, which is to be stored last.
void fill(Attempt& attempt, const Answer& answer);

}  // namespace rehearse
