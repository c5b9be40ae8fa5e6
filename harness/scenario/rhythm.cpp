#include "scenario/rhythm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/clock.hpp"
#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;

constexpr size_t entries_max = 100;
const std::vector<std::string> lengths{"day", "month", "quarter"};

void read_entry(const Node& node, const std::vector<std::string>& suites,
                std::vector<RhythmEntry>& entries, Problems& problems) {
  MapReader map(node, "rhythm", problems);
  RhythmEntry entry;
  const Node* suite = map.need("suite");
  if (suite) entry.suite = yaml::read_one_of(*suite, "suite", suites, problems).value_or("");
  if (const Node* every = map.need("every"))
    if (const auto length = yaml::read_one_of(*every, "every", lengths, problems))
      entry.every = static_cast<Every>(std::ranges::find(lengths, *length) - lengths.begin());
  map.finish();
  if (!entry.suite.empty() &&
      std::ranges::find(entries, entry.suite, &RhythmEntry::suite) != entries.end())
    problems.add(suite->at, fmt::format("{} is named twice", yaml::shown(entry.suite)));
  entries.push_back(std::move(entry));
}

int64_t number_in(std::string_view digits) {
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

std::expected<std::vector<RhythmEntry>, std::vector<Diagnostic>> parse_rhythm(
    const std::string& path, const std::string& text, const std::vector<std::string>& suites) {
  Problems problems;
  std::vector<RhythmEntry> entries;
  const auto tree = yaml::read_root(text, problems);
  if (tree) {
    MapReader map(*tree, "file", problems);
    const Node* list = map.need("rhythm");
    if (list && yaml::is_filled_list(*list, "rhythm", entries_max, problems))
      for (const Node& item : list->items) read_entry(item, suites, entries, problems);
    map.finish();
  }
  if (!problems.empty()) return std::unexpected(problems.sorted({path}));
  return entries;
}

std::optional<int64_t> period_of(Every every, std::string_view utc) {
  constexpr int64_t months_per_year = 12, months_per_quarter = 3, day_ns = 86'400 * ns_per_s;
  constexpr size_t date_size = 10;
  const auto midnight_ns = utc.size() < date_size
                               ? std::nullopt
                               : parse_utc_ns(std::string(utc.substr(0, date_size)) + "T00:00:00Z");
  if (!midnight_ns) return std::nullopt;
  const int64_t months =
      number_in(utc.substr(0, 4)) * months_per_year + number_in(utc.substr(5, 2));
  switch (every) {
    case Every::day:
      return *midnight_ns / day_ns;
    case Every::month:
      return months;
    case Every::quarter:
      return (months - 1) / months_per_quarter;
  }
  return std::nullopt;
}

std::string_view name_of(Every every) {
  return lengths[static_cast<size_t>(every)];
}

}  // namespace rehearse
