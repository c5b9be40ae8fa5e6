// Optimal string alignment: insertions, deletions, substitutions and swapped neighbours cost one.
#include <algorithm>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse {
namespace {

constexpr size_t word_bytes_max = 64;  // what is longer is no slip of the finger

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> suggest(const std::string& word, const std::vector<std::string>& known) {
  if (word.size() < 2 || word.size() > word_bytes_max) return std::nullopt;
  size_t best = std::clamp<size_t>(word.size() / 3, 1, 3) + 1;
  std::optional<std::string> nearest;
  for (const std::string& candidate : known) {
    if (candidate.size() > word_bytes_max) continue;
    const size_t edits = distance(word, candidate);
    if (edits >= best) continue;
    best = edits;
    nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  const auto near = suggest(word, known);
  return near ? ", did you mean `" + *near + "`?" : "; " + otherwise;
}

}  // namespace rehearse
