#include "scenario/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.hpp"
#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;

constexpr size_t findings_max = 10'000;
const std::vector<std::string> severities{"critical", "major", "minor"};

std::string take_date(MapReader& map, std::string_view key, Problems& problems) {
  const Node* node = map.take(key);
  if (node == nullptr) return "";
  const auto text = yaml::read_text(*node, key, problems);
  if (text && !is_date(*text))
    problems.add(node->at, yaml::must_be(key, "a day, YYYY-MM-DD", *node));
  return text.value_or("");
}

void read_finding(const Node& node, std::vector<KeptFinding>& findings, Problems& problems) {
  MapReader map(node, "finding", problems);
  KeptFinding finding;
  const Node* id = map.need("id");
  if (id) finding.id = yaml::read_text(*id, "id", problems).value_or("");
  if (const Node* severity = map.need("severity"))
    finding.severity = yaml::read_one_of(*severity, "severity", severities, problems).value_or("");
  finding.owner = map.take_text("owner");
  finding.note = map.take_text("note");
  finding.due = take_date(map, "due", problems);
  finding.mended = take_date(map, "mended", problems);
  map.finish();
  if (id && std::ranges::find(findings, finding.id, &KeptFinding::id) != findings.end())
    problems.add(id->at, fmt::format("{} is named twice", yaml::shown(finding.id)));
  findings.push_back(std::move(finding));
}

}  // namespace

bool is_date(const std::string& text) {
  return text.size() == 10 && parse_utc_ns(text + "T00:00:00Z").has_value();
}

std::expected<std::vector<KeptFinding>, std::vector<Diagnostic>> parse_findings(
    const std::string& path, const std::string& text) {
  Problems problems;
  std::vector<KeptFinding> findings;
  const auto tree = yaml::read_root(text, problems);
  if (tree) {
    MapReader map(*tree, "findings", problems);
    const Node* list = map.need("findings");
    if (list && yaml::is_filled_list(*list, "findings", findings_max, problems))
      for (const Node& item : list->items) read_finding(item, findings, problems);
    map.finish();
  }
  if (!problems.empty()) return std::unexpected(problems.sorted({path}));
  return findings;
}

}  // namespace rehearse
