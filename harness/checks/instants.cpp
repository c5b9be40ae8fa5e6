#include "checks/instants.hpp"

#include <charconv>
#include <chrono>

namespace rehearse {
namespace {

// Takes exactly `digits` digits and the separator after them.
std::optional<int> take(std::string_view& text, size_t digits, std::string_view separators) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc{} || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  if (separators.empty()) return value;
  if (text.empty() || !separators.contains(text.front())) return std::nullopt;
  text.remove_prefix(1);
  return value;
}

}  // namespace

std::optional<int64_t> wall_ms_of(std::string_view text) {
  const auto year = take(text, 4, "-");
  const auto month = year ? take(text, 2, "-") : std::nullopt;
  const auto day = month ? take(text, 2, "T ") : std::nullopt;
  const auto hour = day ? take(text, 2, ":") : std::nullopt;
  const auto minute = hour ? take(text, 2, ":") : std::nullopt;
  const auto second = minute ? take(text, 2, "") : std::nullopt;
  if (!second) return std::nullopt;
  int64_t ms = 0;
  if (text.starts_with('.')) {
    int64_t worth = 100;
    for (text.remove_prefix(1); !text.empty() && text.front() >= '0' && text.front() <= '9';
         text.remove_prefix(1), worth /= 10)
      ms += (text.front() - '0') * worth;
  }
  if (text != "Z" && text != "+00" && text != "+00:00") return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                            std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const int64_t days = sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60'000 + *second * 1000 + ms;
}

}  // namespace rehearse
