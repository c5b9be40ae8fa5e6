// What every check does alike: counts what it examined and what is wrong, and keeps witnesses.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "checks/check.hpp"

namespace rehearse {

// "1 difference", "2 differences".
inline std::string counted(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class Examination {
 public:
  explicit Examination(std::string_view check) { finding_.check = check; }

  void examined(int64_t count = 1) { finding_.examined += count; }
  int64_t violations() const { return finding_.violations; }

  template <typename... Args>
  void violation(fmt::format_string<Args...> text, Args&&... args) {
    ++finding_.violations;
    witness("", text, std::forward<Args>(args)...);
  }

  // Worth showing but not wrong (a loss that the targets allow). Counts as no violation.
  template <typename... Args>
  void listed(fmt::format_string<Args...> text, Args&&... args) {
    ++listed_;
    witness("within target: ", text, std::forward<Args>(args)...);
  }

  // To be known, whatever comes of it.
  template <typename... Args>
  void shown(fmt::format_string<Args...> text, Args&&... args) {
    witness("", text, std::forward<Args>(args)...);
  }

  // It cannot be said, for this reason; violations still make it fail.
  void cannot_say(std::string reason) {
    if (unsure_.empty()) unsure_ = std::move(reason);
  }

  // What the question is about never came up, for this reason: green, but it counts apart.
  void not_exercised(std::string reason) { finding_.not_exercised = std::move(reason); }

  // Any violation fails; nothing examined never passes, unless nothing was at stake.
  Finding finish(std::string summary) && {
    finding_.summary = std::move(summary);
    if (listed_ > 0) finding_.summary += fmt::format("; {} within target, listed", listed_);
    if (finding_.violations > 0) {
      finding_.not_exercised.clear();
      finding_.verdict = Verdict::fail;
      return std::move(finding_);
    }
    if (finding_.examined == 0 && unsure_.empty() && finding_.not_exercised.empty())
      unsure_ = nothing_to_examine;
    finding_.verdict = unsure_.empty() ? Verdict::pass : Verdict::inconclusive;
    if (!unsure_.empty()) finding_.summary = std::move(unsure_);
    if (finding_.verdict != Verdict::pass) finding_.not_exercised.clear();
    return std::move(finding_);
  }

 private:
  template <typename... Args>
  void witness(std::string_view prefix, fmt::format_string<Args...> text, Args&&... args) {
    if (finding_.witnesses.size() >= witnesses_max) return;
    finding_.witnesses.push_back(std::string(prefix) +
                                 fmt::format(text, std::forward<Args>(args)...));
  }

  Finding finding_;
  int64_t listed_ = 0;
  std::string unsure_;
};

// For a check whose books are not there although the stack declares them.
Finding without_books(std::string_view check, std::string_view tables);

}  // namespace rehearse
