#include "scenario/game_day.hpp"

#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Node;
using yaml::Problems;

constexpr size_t items_max = 200;

std::vector<std::string> read_list(const Node* node, std::string_view what, Problems& problems) {
  if (node == nullptr || !yaml::is_filled_list(*node, what, items_max, problems)) return {};
  return yaml::read_texts(*node, what, problems);
}

void read_roles(const Node& node, GameDay& day, Problems& problems) {
  const MapReader map(node, "roles", problems);
  for (size_t i = 0; map.is_map() && i < node.keys.size(); ++i)
    if (auto does = yaml::read_text(node.items[i], node.keys[i].text, problems))
      day.roles.emplace_back(node.keys[i].text, std::move(*does));
}

void read_agenda(const Node& node, GameDay& day, Problems& problems) {
  if (!yaml::is_filled_list(node, "agenda", items_max, problems)) return;
  for (const Node& item : node.items) {
    MapReader map(item, "agenda", problems);
    AgendaItem entry;
    if (const Node* at = map.need("at"))
      entry.at_ms = yaml::read_duration_ms(*at, "at", 0, problems).value_or(0);
    entry.what = map.need_text("what");
    map.finish();
    if (!day.agenda.empty() && entry.at_ms < day.agenda.back().at_ms)
      problems.add(item.at, "the agenda goes back in time");
    day.agenda.push_back(std::move(entry));
  }
}

void read_notifications(const Node& node, GameDay& day, Problems& problems) {
  if (!yaml::is_filled_list(node, "notify", items_max, problems)) return;
  for (const Node& item : node.items) {
    MapReader map(item, "notify", problems);
    day.notify.push_back({map.need_text("when"), map.need_text("whom"), map.need_text("what")});
    map.finish();
  }
}

}  // namespace

GameDay read_game_day(const Node& node, Problems& problems) {
  GameDay day;
  MapReader map(node, "game_day", problems);
  if (!map.is_map()) return day;
  if (const Node* roles = map.need("roles")) read_roles(*roles, day, problems);
  day.preflight = read_list(map.need("preflight"), "preflight", problems);
  if (const Node* agenda = map.need("agenda")) read_agenda(*agenda, day, problems);
  day.abort = read_list(map.need("abort"), "abort", problems);
  if (const Node* notify = map.need("notify")) read_notifications(*notify, day, problems);
  map.finish();
  return day;
}

}  // namespace rehearse
