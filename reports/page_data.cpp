#include "reports/page_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "checks/course.hpp"
#include "checks/instants.hpp"
#include "checks/story.hpp"
#include "checks/view.hpp"
#include "reports/document.hpp"
#include "reports/text.hpp"

namespace rehearse {
namespace {

using Data = nlohmann::ordered_json;

// A page is read by people: of what may come by thousands it shows the first ones and says how many
// more the run's folder has.
constexpr size_t rows_max = 400, witnesses_shown_max = 50, stories_max = 60;

// To a tenth, which is what a chart can show.
Data tenths(const std::vector<std::optional<double>>& values, double scale = 1) {
  Data list = Data::array();
  for (const auto& value : values)
    list.push_back(value ? Data(std::round(*value * scale * 10) / 10) : Data(nullptr));
  return list;
}

Data course_data(const Run& run) {
  const Course course = measure_course(run);
  Data operations = Data::array(), lags = Data::array();
  for (const OperationCourse& kind : course.operations)
    operations.push_back({{"operation", kind.operation},
                          {"ok", kind.ok},
                          {"rejected", kind.rejected},
                          {"unanswered", kind.unanswered},
                          {"intended_p99_ms", tenths(kind.intended_p99_ms)},
                          {"service_p99_ms", tenths(kind.service_p99_ms)}});
  for (const LagCourse& lag : course.lags) {
    Data values = Data::array();
    for (const auto& value : lag.values) values.push_back(value ? Data(*value) : Data(nullptr));
    lags.push_back({{"node", lag.node}, {"what", lag.what}, {"values", values}});
  }
  constexpr double percent = 100;
  return {{"from_ms", course.from_ms},
          {"step_ms", course.step_ms},
          {"steps", course.steps},
          {"operations", operations},
          {"lags", lags},
          {"idle_percent", tenths(course.idle, percent)},
          {"pressure_percent", tenths(course.pressure, percent)}};
}

// Of the red checks' witnesses and of what was lost, as far as they name operations.
std::vector<std::string> keys_to_tell(const Report& report) {
  std::vector<std::string> keys;
  std::set<std::string> seen;
  const auto add = [&](std::string_view text) {
    for (const std::string& key : keys_in(text, report.run->history.run_key))
      if (keys.size() < stories_max && seen.insert(key).second) keys.push_back(key);
  };
  for (const Finding& check : report.checks)
    if (check.verdict != Verdict::pass)
      for (const std::string& witness : check.witnesses) add(witness);
  for (const RpoRow& row : report.rpo)
    for (const std::string& key : row.lost_keys) add(key);
  return keys;
}

Data stories_data(const Report& report) {
  Data stories = Data::array();
  for (const Story& story : stories_of(*report.run, keys_to_tell(report))) {
    Data sayings = Data::array();
    for (const Saying& saying : story.sayings)
      sayings.push_back({saying.at_ms, saying.from, saying.to, saying.what});
    stories.push_back({{"key", story.key},
                       {"operation", story.operation},
                       {"player", story.player},
                       {"money", money(story.amount_minor, story.currency)},
                       {"sayings", sayings},
                       {"left_out", story.left_out}});
  }
  return stories;
}

Data differences_data(const RevenueDifferences& differences) {
  Data rows = Data::array();
  for (const RevenueDifference& row : differences.shown) {
    if (rows.size() >= rows_max) break;
    const auto sum = [&](const std::optional<Int128>& minor) {
      return minor ? Data(money(*minor, row.currency)) : Data(nullptr);
    };
    rows.push_back({{"tx", row.tx},
                    {"key", row.key},
                    {"kind", row.kind},
                    {"ledger", sum(row.ledger_minor)},
                    {"events", sum(row.events_minor)},
                    {"reporting", sum(row.reporting_minor)}});
  }
  return {{"count", differences.count}, {"rows", rows}};
}

Data alerts_data(const Run& run) {
  Data rows = Data::array();
  if (!run.books.alerts) return nullptr;
  const auto ms = [&](const std::string& instant) {
    const auto t_ms = run_ms_of(run, instant);
    return t_ms ? Data(*t_ms) : Data(nullptr);
  };
  for (const Alert& alert : *run.books.alerts) {
    if (rows.size() >= rows_max) break;
    rows.push_back({{"alert", alert.alert},
                    {"about", alert.about},
                    {"began_ms", ms(alert.began_at)},
                    {"ended_ms", ms(alert.ended_at)}});
  }
  return rows;
}

// In the order of the report's checks: what each proves, and how it stands to what is expected.
Data checks_data(const Report& report) {
  constexpr std::string_view standings[] = {"as_expected", "wrong", "unsure", "aside"};
  Data rows = Data::array();
  for (const Finding& check : report.checks) {
    const auto specs = all_checks();
    const auto spec = std::ranges::find(specs, check.check, &CheckSpec::name);
    rows.push_back({{"question", spec == specs.end() ? "" : std::string(spec->question)},
                    {"standing", standings[static_cast<size_t>(standing_of(*report.run, check))]}});
  }
  return rows;
}

// Cuts a list and returns how many rows it lost.
int64_t cut_rows(Data& list, size_t rows) {
  if (!list.is_array() || list.size() <= rows) return 0;
  const auto lost = static_cast<int64_t>(list.size() - rows);
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(rows), list.end());
  return lost;
}

}  // namespace

nlohmann::ordered_json page_data_of(const Report& report) {
  const Run& run = *report.run;
  Data data = document_of(report);
  for (const char* list : {"events", "roles", "findings", "runbook", "faults"})
    data["page"]["left_out"][list] = cut_rows(data[list], rows_max);
  for (Data& row : data["rpo"]) row["lost_keys_left_out"] = cut_rows(row["lost_keys"], rows_max);
  for (Data& check : data["checks"])
    check["witnesses_left_out"] = cut_rows(check["witnesses"], witnesses_shown_max);
  Data& page = data["page"];
  page["exit"] = static_cast<int>(exit_code_of(report));
  page["version"] = REHEARSE_VERSION;
  page["table_top"] = run.table_top;
  page["run_key"] = run.history.run_key;
  page["why"] = text::reasons_against(report);
  page["checks"] = checks_data(report);
  page["differences"] = differences_data(report.revenue_differences);
  page["alerts"] = alerts_data(run);
  // A run whose numbers cannot be is told in words alone: nothing can be drawn from it.
  const bool drawable = !run.history.attempts.empty() && !report.checks.empty();
  page["course"] = drawable ? course_data(run) : Data(nullptr);
  page["stories"] = drawable ? stories_data(report) : Data::array();
  return data;
}

}  // namespace rehearse
