// The entries of the timeline, each by itself: general keys, then the fault's own.
#include <fmt/format.h>

#include <algorithm>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

constexpr size_t entries_max = 200;
constexpr uint64_t times_max = 1'000;

// Ids go into file names and into `after: id.event`.
bool is_id(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

void read_id(const Node& node, EntryDraft& draft, Problems& problems) {
  draft.id_at = node.at;
  auto id = read_text(node, "id", problems);
  if (!id) return;
  if (!is_id(*id)) {
    return problems.add(
        node.at,
        fmt::format("the id {} may have letters, digits, - and _ only, up to 64", shown(*id)));
  }
  draft.entry.id = *id;
}

void read_after(const Node& node, EntryDraft& draft, Problems& problems) {
  const std::vector<std::string> events = {"injected", "effective", "healed"};
  auto text = read_text(node, "after", problems);
  if (!text) return;
  const size_t dot = text->rfind('.');
  if (dot == std::string::npos || dot == 0) {
    return problems.add(
        node.at, fmt::format("`after` must be ID.injected, ID.effective or ID.healed, not {}",
                             shown(*text)));
  }
  const std::string event = text->substr(dot + 1);
  if (std::ranges::find(events, event) == events.end()) {
    return problems.add(node.at, unknown("event", event, events));
  }
  draft.entry.after_id = text->substr(0, dot);
  draft.entry.after_event = event;
  draft.start_known = true;
}

// `at`, or `after` with `plus` and `within`.
void read_start(MapReader& map, EntryDraft& draft, Problems& problems) {
  const Node* at = map.take("at");
  const Node* after = map.take("after");
  const Node* plus = map.take("plus");
  const Node* within = map.take("within");
  draft.start_at = after ? after->at : at ? at->at : draft.at;
  if (at && after) problems.add(after->at, "both `at` and `after` are given: one starts a fault");
  if (!at && !after && map.is_map()) problems.add(draft.at, "an entry needs `at` or `after`");
  if (at) {
    const auto at_ms = read_duration_ms(*at, "at", 0, problems);
    draft.entry.at_ms = at_ms.value_or(0);
    draft.start_known = at_ms.has_value() && !after;
  }
  if (after && !at) read_after(*after, draft, problems);
  if (plus) draft.entry.plus_ms = read_duration_ms(*plus, "plus", 0, problems).value_or(0);
  if (within) draft.entry.within_ms = read_duration_ms(*within, "within", 1, problems).value_or(0);
  for (const auto& [node, key] : {std::pair{plus, "plus"}, std::pair{within, "within"}}) {
    if (node && !after) problems.add(node->at, fmt::format("`{}` goes with `after`", key));
  }
}

void read_repetition(MapReader& map, EntryDraft& draft, Problems& problems) {
  const Node* every = map.take("every");
  const Node* times = map.take("times");
  if (every) draft.entry.every_ms = read_duration_ms(*every, "every", 1, problems).value_or(0);
  if (times) {
    draft.entry.times =
        static_cast<int>(read_whole(*times, "times", 1, times_max, problems).value_or(1));
  }
  if (every && !times) problems.add(every->at, "`every` needs `times`");
  if (times && !every) problems.add(times->at, "`times` needs `every`");
}

void read_entry_length(MapReader& map, EntryDraft& draft, Problems& problems) {
  const Node* length = map.take("for");
  draft.for_at = length ? length->at : draft.at;
  if (!length) return;
  draft.entry.for_ms = read_duration_ms(*length, "for", 1, problems);
  if (draft.schema && draft.schema->length == Length::once) {
    problems.add(length->at,
                 fmt::format("`{}` happens at once and takes no `for`", draft.schema->name));
  }
}

void read_runbook(MapReader& map, const World& world, EntryDraft& draft, Problems& problems) {
  draft.entry.fault = runbook_fault;
  draft.schema = &world.catalogue.runbook;
  for (const char* key : {"fault", "every"}) {
    const Node* other = map.take(key);
    if (other == nullptr) continue;
    problems.add(other->at, fmt::format("`{}` does not go with `runbook`: that is played once, and "
                                        "breaks nothing",
                                        key));
  }
}

void read_fault(MapReader& map, const World& world, EntryDraft& draft, Problems& problems) {
  if (map.take("runbook")) return read_runbook(map, world, draft, problems);
  const Node* node = map.need("fault");
  if (!node) return;
  std::vector<std::string> names;
  for (const FaultSchema& fault : world.catalogue.faults) names.push_back(fault.name);
  const auto name = read_one_of(*node, "fault", names, problems);
  if (!name) return;
  if (const auto part = left_out_part(world.stack, "fault", *name); !part.empty()) {
    problems.add(node->at, fmt::format("the fault {} acts on the part `{}`, which `parts` leaves "
                                       "out: add it",
                                       shown(*name), part));
  }
  draft.entry.fault = *name;
  draft.schema = &*std::ranges::find(world.catalogue.faults, *name, &FaultSchema::name);
}

EntryDraft read_entry(const Node& node, const World& world, Problems& problems) {
  EntryDraft draft;
  draft.at = node.at;
  draft.entry.line = node.at.source == 0 ? node.at.line : 0;
  MapReader map(node, "timeline entry", problems);
  if (const Node* id = map.take("id")) read_id(*id, draft, problems);
  read_start(map, draft, problems);
  read_fault(map, world, draft, problems);
  read_entry_length(map, draft, problems);
  read_repetition(map, draft, problems);
  if (draft.schema) {
    read_fault_params(map, *draft.schema, world, draft.entry, problems);
    map.finish();
  } else {
    map.finish_missing();  // which other keys it may have cannot be known
  }
  return draft;
}

}  // namespace

std::vector<EntryDraft> read_timeline(const Node& node, const World& world, Problems& problems) {
  std::vector<EntryDraft> drafts;
  if (!is_filled_list(node, "timeline", entries_max, problems)) return drafts;
  for (const Node& item : node.items) drafts.push_back(read_entry(item, world, problems));
  return drafts;
}

}  // namespace rehearse::yaml
