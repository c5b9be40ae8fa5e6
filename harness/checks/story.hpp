// What was said about one operation, by whom, to whom and when: a witness of a check retold from
// the clients' history and every book that names its key.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.hpp"

namespace rehearse {

struct Saying {
  double at_ms = 0;  // on the run's clock, as the one who wrote it down has it
  std::string from, to, what;
};

struct Story {
  std::string key, operation, player, currency;
  int64_t amount_minor = 0;     // as asked for
  std::vector<Saying> sayings;  // in order of time; at most story_sayings_max
  int64_t left_out = 0;         // of the rest
};
constexpr size_t story_sayings_max = 40;

// The operations' keys that a line of text names, each once, in their order.
std::vector<std::string> keys_in(std::string_view text, std::string_view run_key);

// One story for each key of an operation of the run; each book is read once for all of them.
std::vector<Story> stories_of(const Run& run, std::span<const std::string> keys);

}  // namespace rehearse
