// What answers mean, in the words of fixtures/casino/README.md. (Requests: behaviours/.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/http.hpp"
#include "record/records.hpp"

namespace rehearse {

inline bool is_final(Outcome outcome) {
  return outcome == Outcome::ok || outcome == Outcome::rejected;
}

// What one try came to: the fields that an attempt records.
struct Answer {
  Outcome outcome = Outcome::unknown;
  bool replay = false;
  uint16_t http_status = 0;
  int64_t amount_minor = 0, balance_minor = 0, version = 0, seq = 0;
  uint32_t epoch = 0;
  uint16_t timeline = 0, region_term = 0;
  std::string reason;
};

// ok or rejected only if the platform itself said so in words; failed only if it said so or was
// never reached; everything else is unknown.
Answer answer_of(const HttpResponse& response);
Answer answer_of(const HttpError& error);

// How long the platform asks to be left alone (Retry-After, in seconds; at most a minute); 0: it
// does not say.
int64_t retry_after_ms(const HttpResponse& response);

// Of what only has pages: 200 is the answer, whatever it says.
Answer page_answer_of(const HttpResponse& response);

// Of a look at something with a state: ok and rejected by these states, else unknown: not yet, or
// it could not be told. `amount` names the field that says how much.
Answer look_answer_of(const HttpResponse& response, std::span<const std::string_view> done,
                      std::span<const std::string_view> undone, std::string_view amount);

// Fills everything but the outcome, which is to be stored last.
void fill(Attempt& attempt, const Answer& answer);

}  // namespace rehearse
