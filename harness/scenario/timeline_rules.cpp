// What holds between the entries of a timeline. Times of `after` are nominal here: a fault counts
// as injected and effective when it is due and as healed when its `for` ends. The engine meets the
// real times; this refuses what could not work even if everything took no time at all.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "scenario/parts.hpp"

namespace rehearse::yaml {
namespace {

// A half-open stretch of nominal time.
struct Span {
  int64_t from_ms = 0, to_ms = 0;
};

class Rules {
 public:
  Rules(std::vector<EntryDraft>& drafts, const Observe& observe, Problems& problems)
      : drafts_(drafts), observe_(observe), problems_(problems), starts_(drafts.size()) {}

  void apply() {
    give_ids();
    find_references();
    find_cycles();
    for (size_t i = 0; i < drafts_.size(); ++i) {
      if (EntryDraft& draft = drafts_[i]; !draft.entry.after_id.empty()) finish_after(draft, i);
    }
    for (size_t i = 0; i < drafts_.size(); ++i) {
      check_times(i);
      drafts_[i].entry.start_ms = start_ms(i).value_or(0);
    }
    check_knobs();
    check_singles();
  }

 private:
  enum class State { unseen, open, done };

  void give_ids() {
    for (const EntryDraft& draft : drafts_) {
      if (draft.entry.id.empty()) continue;
      const bool is_new = index_.emplace(draft.entry.id, index_.size()).second;
      if (!is_new)
        problems_.add(draft.id_at, fmt::format("the id {} is given twice", shown(draft.entry.id)));
    }
    std::map<std::string, int> counts;
    for (EntryDraft& draft : drafts_) {
      if (draft.entry.fault.empty()) continue;
      int number = ++counts[draft.entry.fault];
      if (!draft.entry.id.empty()) continue;
      do {
        draft.entry.id = fmt::format("{}-{}", draft.entry.fault, number++);
      } while (!index_.emplace(draft.entry.id, 0).second);
    }
    for (size_t i = drafts_.size(); i-- > 0;) {
      if (!drafts_[i].entry.id.empty()) index_[drafts_[i].entry.id] = i;
    }
  }

  void find_references() {
    parents_.assign(drafts_.size(), none);
    std::vector<std::string> ids;
    for (const auto& [id, index] : index_) ids.push_back(id);
    for (size_t i = 0; i < drafts_.size(); ++i) {
      const EntryDraft& draft = drafts_[i];
      if (draft.entry.after_id.empty()) continue;
      const auto found = index_.find(draft.entry.after_id);
      if (found != index_.end()) {
        parents_[i] = found->second;
      } else {
        problems_.add(draft.start_at, unknown("id", draft.entry.after_id, ids));
      }
    }
  }

  // Each entry has one parent at most, so a walk that returns to an open entry closes a cycle.
  void find_cycles() {
    std::vector<State> states(drafts_.size(), State::unseen);
    for (size_t i = 0; i < drafts_.size(); ++i) {
      std::vector<size_t> walk;
      size_t at = i;
      while (at != none && states[at] == State::unseen) {
        states[at] = State::open;
        walk.push_back(at);
        at = parents_[at];
      }
      if (at != none && states[at] == State::open) report_cycle(at);
      for (const size_t seen : walk) states[seen] = State::done;
    }
  }

  void report_cycle(size_t first) {
    std::string text = drafts_[first].entry.id;
    std::vector<size_t> members;
    for (size_t at = first; members.empty() || at != first; at = members.back()) {
      members.push_back(parents_[at]);
      text += " after " + drafts_[parents_[at]].entry.id;
    }
    problems_.add(drafts_[first].start_at, "`after` goes round in a circle: " + text);
    for (const size_t member : members) parents_[member] = none;
  }

  void finish_after(EntryDraft& draft, size_t i) {
    TimelineEntry& entry = draft.entry;
    if (entry.within_ms == 0) entry.within_ms = observe_.ms;
    if (parents_[i] == none) return;
    const EntryDraft& parent = drafts_[parents_[i]];
    if (entry.after_event == "healed" && is_endless(parent)) {
      problems_.add(draft.start_at,
                    fmt::format("{} lasts to the end of observation: it never heals before",
                                shown(parent.entry.id)));
      parents_[i] = none;
    }
  }

  static bool is_endless(const EntryDraft& draft) {
    return draft.schema && draft.schema->length == Length::lasting && !draft.entry.for_ms;
  }
  static int64_t length_ms(const EntryDraft& draft) {
    const bool takes_for = draft.schema && draft.schema->length != Length::once;
    return takes_for ? draft.entry.for_ms.value_or(0) : 0;
  }
  static int64_t last_start_ms(const EntryDraft& draft, int64_t start_ms) {
    return start_ms + draft.entry.every_ms * (draft.entry.times - 1);
  }

  // The nominal start; none where it cannot be said. Walks up to an entry with a time of its own.
  std::optional<int64_t> start_ms(size_t i) {
    std::vector<size_t> chain = {i};
    while (!starts_[chain.back()] && parents_[chain.back()] != none) {
      chain.push_back(parents_[chain.back()]);
    }
    const EntryDraft& first = drafts_[chain.back()];
    if (!starts_[chain.back()]) {
      if (!first.start_known || !first.entry.after_id.empty()) return std::nullopt;
      starts_[chain.back()] = first.entry.at_ms;
    }
    for (size_t k = chain.size() - 1; k-- > 0;) {
      const EntryDraft& parent = drafts_[chain[k + 1]];
      const TimelineEntry& entry = drafts_[chain[k]].entry;
      int64_t event_ms = *starts_[chain[k + 1]];
      if (entry.after_event == "healed") {
        event_ms = last_start_ms(parent, event_ms) + length_ms(parent);
      }
      starts_[chain[k]] = event_ms + entry.plus_ms;
    }
    return starts_[i];
  }

  void check_times(size_t i) {
    const EntryDraft& draft = drafts_[i];
    const auto start = start_ms(i);
    const std::string limit = "observation ends at " + duration(observe_.ms);
    if (draft.entry.within_ms > observe_.ms) {
      problems_.add(draft.start_at, "`within` is longer than the observation: " + limit);
    }
    if (start && *start >= observe_.ms) {
      problems_.add(draft.start_at, fmt::format("starts at {} but {}", duration(*start), limit));
    } else if (start && last_start_ms(draft, *start) + length_ms(draft) > observe_.ms) {
      const int64_t end = last_start_ms(draft, *start) + length_ms(draft);
      problems_.add(draft.for_at, fmt::format("lasts until {} but {}", duration(end), limit));
    }
    if (draft.entry.times > 1 && is_endless(draft)) {
      problems_.add(draft.at, "a repeated fault needs `for`: else it lasts to the end");
    } else if (draft.entry.times > 1 && length_ms(draft) > draft.entry.every_ms) {
      problems_.add(draft.for_at, "`for` is longer than `every`: it would overlap itself");
    }
  }

  std::vector<Span> spans(size_t i) {
    std::vector<Span> all;
    const auto start = start_ms(i);
    if (!start || !drafts_[i].schema) return all;
    const TimelineEntry& entry = drafts_[i].entry;
    for (int n = 0; n < entry.times; ++n) {
      const int64_t from = *start + entry.every_ms * n;
      // What happens at once still takes its moment.
      const int64_t length = std::max<int64_t>(length_ms(drafts_[i]), 1);
      all.push_back(
          {from, is_endless(drafts_[i]) ? std::max(observe_.ms, from + 1) : from + length});
    }
    return all;
  }

  static bool overlap(const std::vector<Span>& a, const std::vector<Span>& b) {
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
      if (a[i].from_ms < b[j].to_ms && b[j].from_ms < a[i].to_ms) return true;
      if (a[i].to_ms <= b[j].to_ms) {
        ++i;
      } else {
        ++j;
      }
    }
    return false;
  }

  static bool same_target(const Target& a, const Target& b) {
    const auto named = [&](const std::string& name) {
      return std::ranges::find(b.names, name) != b.names.end();
    };
    return std::ranges::any_of(a.names, named) || (!a.of.empty() && a.of == b.of) ||
           (a.any > 0 && b.any > 0);
  }

  static bool same_border(const Sides& a, const Sides& b) {
    if (a.size() != 2 || b.size() != 2) return false;  // said already
    return (same_target(a[0], b[0]) && same_target(a[1], b[1])) ||
           (same_target(a[0], b[1]) && same_target(a[1], b[0]));
  }

  // The same fault, aimed at the same thing by every target that it has.
  static bool same_knob(const EntryDraft& a, const EntryDraft& b) {
    if (a.schema != b.schema) return false;
    for (const ParamSchema& param : a.schema->params) {
      const auto mine = a.entry.params.find(param.name);
      const auto other = b.entry.params.find(param.name);
      const bool given = mine != a.entry.params.end();
      if (given != (other != b.entry.params.end())) {
        if (param.type <= ParamType::target_provider) return false;
        continue;
      }
      const Target* target = given ? std::get_if<Target>(&mine->second) : nullptr;
      if (target && !same_target(*target, std::get<Target>(other->second))) return false;
      const Sides* sides = given ? std::get_if<Sides>(&mine->second) : nullptr;
      if (sides && !same_border(*sides, std::get<Sides>(other->second))) return false;
    }
    return true;
  }

  void check_knobs() {
    std::vector<std::vector<Span>> all;
    for (size_t i = 0; i < drafts_.size(); ++i) all.push_back(spans(i));
    for (size_t later = 0; later < drafts_.size(); ++later) {
      for (size_t i = 0; i < later && !all[later].empty(); ++i) {
        if (all[i].empty() || !same_knob(drafts_[i], drafts_[later])) continue;
        if (!overlap(all[i], all[later])) continue;
        problems_.add(drafts_[later].at,
                      fmt::format("{} and {} overlap: {} twice on the same target",
                                  shown(drafts_[i].entry.id), shown(drafts_[later].entry.id),
                                  drafts_[later].entry.fault));
      }
    }
  }

  // What becomes of one is known at the run's end: a second would be told of in its place.
  void check_singles() {
    std::set<std::string> seen;
    for (const EntryDraft& draft : drafts_) {
      if (!draft.schema || !draft.schema->single) continue;
      if (!seen.insert(draft.entry.fault).second || draft.entry.times > 1)
        problems_.add(draft.at,
                      shown(draft.entry.fault) + " is to be twice: a run has room for one");
    }
  }

  static constexpr size_t none = SIZE_MAX;
  std::vector<EntryDraft>& drafts_;
  const Observe& observe_;
  Problems& problems_;
  std::map<std::string, size_t> index_;  // by id
  std::vector<size_t> parents_;          // whose event an entry waits for
  std::vector<std::optional<int64_t>> starts_;
};

}  // namespace

void apply_timeline_rules(std::vector<EntryDraft>& drafts, const Observe& observe,
                          Problems& problems) {
  Rules(drafts, observe, problems).apply();
}

}  // namespace rehearse::yaml
