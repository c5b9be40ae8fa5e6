// What the platform's own watchers raised the alarm about, by Prometheus' word: every alert that
// fired in the run, from when to when. Each copy is asked; one that was lost meanwhile has a gap,
// which its Watchdog (an alert that always fires) shows.
#include <fmt/format.h>

#include <expected>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/json_field.hpp"
#include "platform/books/collect_parts.hpp"

namespace rehearse {
namespace {

constexpr int64_t step_s = 1;

std::string time_text(int64_t unix_s) {
  return rfc3339(unix_s * ns_per_s);
}

// What the alert is about: the node, or the address it was scraped at; empty where it is a sum.
std::string about(const nlohmann::json& labels) {
  for (const char* label : {"node", "instance", "component"})
    if (labels.contains(label)) return labels[label].get<std::string>();
  return "";
}

// Points at most a step apart are one interval.
void add_intervals(const std::string& node, const nlohmann::json& series,
                   std::vector<CsvRow>& rows) {
  const auto& labels = series.at("metric");
  const std::string name = labels.at("alertname").get<std::string>();
  int64_t began_s = 0, last_s = 0;
  const auto close = [&] {
    if (last_s != 0)
      rows.push_back({name, about(labels), time_text(began_s), time_text(last_s), node});
  };
  for (const auto& point : series.at("values")) {
    const auto at_s = point.at(0).get<int64_t>();
    if (last_s == 0 || at_s > last_s + step_s) {
      close();
      began_s = at_s;
    }
    last_s = at_s;
  }
  close();
}

// Of one watcher; an error in words.
std::expected<std::vector<CsvRow>, std::string> alerts_of(const std::string& node,
                                                          const Endpoint& endpoint, int64_t from_s,
                                                          int64_t to_s) {
  const HttpRequest query{
      "POST",
      "/api/v1/query_range",
      {{"Content-Type", "application/x-www-form-urlencoded"}},
      fmt::format("query=ALERTS%7Balertstate%3D%22firing%22%7D&start={}&end={}&step={}", from_s,
                  to_s, step_s)};
  const auto answer = http_call(endpoint, query, 2'000, 30'000);
  if (!answer) return std::unexpected(answer.error().message);
  const auto json = nlohmann::json::parse(answer->body, nullptr, false);
  if (answer->status != 200 || !json.is_object() || field(json, "status", "") != "success")
    return std::unexpected(
        fmt::format("status {}: {}", answer->status, answer->body.substr(0, 200)));
  std::vector<CsvRow> rows;
  try {
    for (const auto& series : json.at("data").at("result")) add_intervals(node, series, rows);
  } catch (const nlohmann::json::exception& error) {
    return std::unexpected(std::string(error.what()));
  }
  return rows;
}

}  // namespace

void collect_alerts(const BooksSource& source, Shelf& shelf) {
  const int64_t from_s = source.since_wall_ns / ns_per_s, to_s = wall_ns() / ns_per_s;
  shelf.put_shares("alerts", {"alert", "about", "began_at", "ended_at", "node"}, "the alerts",
                   source.alerts, [&](const Endpoint& endpoint, const std::string& node) {
                     return alerts_of(node, endpoint, from_s, to_s);
                   });
}

}  // namespace rehearse
