#include "cli/game_day.hpp"

#include <fmt/format.h>

#include "base/units.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

int64_t longest_ms(const Scenario& scenario) {
  return scenario.steady_ms + scenario.observe_ms + scenario.drain_ms;
}

// "zone_loss at 0 ms, provider_timeout after az.effective"
std::string timeline_text(const Scenario& scenario) {
  std::string text;
  for (const TimelineEntry& entry : scenario.timeline)
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", entry.fault,
                    entry.after_id.empty() ? "at " + format_ms(static_cast<double>(entry.at_ms))
                                           : "after " + entry.after_id + "." + entry.after_event);
  return text.empty() ? "nothing" : text;
}

void print_scenarios(const Suite& suite, const std::vector<Scenario>& scenarios) {
  fmt::print("\n## Scenarios\n\n| scenario | asks | breaks | lasts at most |\n|---|---|---|--:|\n");
  int64_t all_ms = 0;
  for (size_t i = 0; i < scenarios.size(); ++i) {
    all_ms += longest_ms(scenarios[i]);
    fmt::print("| {} | {} | {} | {} |\n", text::markdown(suite.scenarios[i]),
               text::markdown(scenarios[i].title), text::markdown(timeline_text(scenarios[i])),
               format_ms(static_cast<double>(longest_ms(scenarios[i]))));
  }
  fmt::print("\nTogether at most {}, besides raising and resetting stacks.\n",
             format_ms(static_cast<double>(all_ms)));
}

void print_boxes(const char* title, const std::vector<std::string>& items) {
  fmt::print("\n## {}\n\n", title);
  for (const std::string& item : items) fmt::print("- [ ] {}\n", text::markdown(item));
}

}  // namespace

void print_game_day(const Suite& suite, const std::vector<Scenario>& scenarios) {
  fmt::print("# Game day: {}\n\n{}\n", text::markdown(suite.name), text::markdown(suite.title));
  if (suite.game_day) {
    fmt::print("\n## Roles\n\n");
    for (const auto& [role, does] : suite.game_day->roles)
      fmt::print("- {}: {} (name: ____________)\n", text::markdown(role), text::markdown(does));
    print_boxes("Preflight", suite.game_day->preflight);
    fmt::print("\n## Agenda\n\n| from | what |\n|--:|---|\n");
    for (const AgendaItem& item : suite.game_day->agenda)
      fmt::print("| {} min | {} |\n", item.at_ms / 60'000, text::markdown(item.what));
  }
  print_scenarios(suite, scenarios);
  if (!suite.game_day) {
    fmt::print("\nThe suite has no `game_day`: nobody needs to be there.\n");
    return;
  }
  print_boxes("Stop everything when", suite.game_day->abort);
  fmt::print("\n## Messages\n\n| when | whom | what |\n|---|---|---|\n");
  for (const Notification& message : suite.game_day->notify)
    fmt::print("| {} | {} | {} |\n", text::markdown(message.when), text::markdown(message.whom),
               text::markdown(message.what));
}

}  // namespace rehearse
