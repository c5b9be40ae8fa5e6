#include "runbook/runbook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runbook/action.hpp"
#include "runbook/condition.hpp"
#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Problems;
using yaml::Where;

constexpr size_t steps_max = 200;
constexpr uint64_t signatures_max = 10;
constexpr int64_t approval_within_ms = 15 * 60'000;  // unless given: the field's target

class StepReader {
 public:
  StepReader(const yaml::Node& node, const RunbookInput& input, Problems& problems)
      : node_(node),
        people_(*input.people),
        messages_(input.messages),
        problems_(problems),
        map_(node, "step", problems) {}

  RunbookStep read() {
    if (const yaml::Node* id = map_.need("id")) read_id(*id);
    step_.title = map_.need_text("title");
    if (const yaml::Node* owner = map_.need("owner")) read_owner(*owner);
    read_kind();
    if (const yaml::Node* approval = map_.take("needs_approval")) read_approval(*approval);
    step_.precondition = condition("precondition");
    step_.verification = condition("verification");
    if (const yaml::Node* action = map_.take("action"))
      step_.action = read_action(*action, "action");
    if (const yaml::Node* undo = map_.take("undo")) step_.undo = read_action(*undo, "undo");
    if (const yaml::Node* deadline = map_.need("deadline"))
      step_.deadline_ms = yaml::read_duration_ms(*deadline, "deadline", 1, problems_).value_or(0);
    map_.finish();
    check_kind();
    return std::move(step_);
  }

 private:
  // It goes into names of files and into what is signed.
  void read_id(const yaml::Node& node) {
    const auto id = yaml::read_text(node, "id", problems_);
    if (!id) return;
    const bool good =
        id->size() <= 64 && std::ranges::all_of(*id, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
    if (!good)
      problems_.add(node.at, fmt::format("the id {} may have lower-case letters, digits, - and _ "
                                         "only, up to 64",
                                         yaml::shown(*id)));
    step_.id = *id;
  }

  std::string role(const yaml::Node& node, std::string_view what) {
    return yaml::read_one_of(node, what, people_.roles(), problems_).value_or("");
  }

  std::vector<std::string> roles(const yaml::Node& node, std::string_view what) {
    std::vector<std::string> names;
    if (node.kind != yaml::Node::Kind::list) {
      problems_.add(node.at, yaml::must_be(what, "a list", node));
      return names;
    }
    for (const yaml::Node& item : node.items) names.push_back(role(item, "role"));
    return names;
  }

  void read_owner(const yaml::Node& node) {
    MapReader map(node, "owner", problems_);
    if (const yaml::Node* given = map.need("responsible")) {
      step_.owner.responsible = role(*given, "role");
      const Person* person = people_.first_with(step_.owner.responsible);
      if (person != nullptr) step_.executor = person->name;
    }
    if (const yaml::Node* given = map.need("accountable"))
      step_.owner.accountable = role(*given, "role");
    if (const yaml::Node* given = map.take("consulted"))
      step_.owner.consulted = roles(*given, "consulted");
    if (const yaml::Node* given = map.take("informed"))
      step_.owner.informed = roles(*given, "informed");
    map.finish();
  }

  void read_kind() {
    const yaml::Node* kind = map_.need("kind");
    if (kind == nullptr) return;
    const auto word = yaml::read_one_of(*kind, "kind", {"automatic", "manual"}, problems_);
    step_.manual = word == "manual";
    kind_known_ = word.has_value();
  }

  void read_approval(const yaml::Node& node) {
    MapReader map(node, "needs_approval", problems_);
    NeededApproval& needed = step_.approval;
    if (const yaml::Node* of = map.need("of")) needed.role = role(*of, "role");
    if (const yaml::Node* count = map.need("count"))
      needed.count = static_cast<int>(
          yaml::read_whole(*count, "count", 1, signatures_max, problems_).value_or(1));
    needed.within_ms = approval_within_ms;
    if (const yaml::Node* within = map.take("within"))
      needed.within_ms = yaml::read_duration_ms(*within, "within", 1, problems_).value_or(1);
    map.finish();
    const auto able = std::ranges::count_if(people_.all, [&](const Person& person) {
      return person.has(needed.role) && person.name != step_.executor;
    });
    if (!needed.role.empty() && able < needed.count)
      problems_.add(node.at,
                    fmt::format("{} of {} must approve, and besides {}, who executes the "
                                "step, {} can",
                                needed.count, yaml::shown(needed.role), step_.executor, able));
  }

  StepCondition condition(const char* key) {
    const yaml::Node* node = map_.take(key);
    if (node == nullptr) return {};
    std::vector<std::string> known;
    for (const Condition& one : all_conditions()) known.push_back(one.name);
    return read_named(*node, {key, "condition", "is", known},
                      [](const std::string& name) { return find_condition(name)->params; });
  }

  StepAction read_action(const yaml::Node& node, const char* key) {
    std::vector<std::string> known;
    for (const ActionEntry& one : all_actions()) known.push_back(one.schema.name);
    return read_named(node, {key, "action", "do", known},
                      [](const std::string& name) { return find_action(name)->schema.params; });
  }

  struct Named {
    const char *key, *what, *word;
    const std::vector<std::string>& known;
  };
  // `action: NAME`, or with what it takes: `action: {do: NAME, …}`.
  template <typename ParamsOf>
  StepAction read_named(const yaml::Node& node, const Named& named, ParamsOf params_of) {
    const bool alone = node.kind != yaml::Node::Kind::map;
    const yaml::Node* given = alone ? &node : node.find(named.word);
    if (given == nullptr) {
      problems_.add(node.at, fmt::format("`{}` lacks the key `{}`", named.key, named.word));
      return {};
    }
    const auto name = yaml::read_one_of(*given, named.what, named.known, problems_);
    if (!name) return {};
    StepAction action{*name};
    const yaml::Node empty{yaml::Node::Kind::map, node.at, "", false, {}, {}};
    MapReader map(alone ? empty : node, *name, problems_);
    map.take(named.word);
    for (const ActionParam& param : params_of(*name)) {
      const yaml::Node* value = param.required ? map.need(param.name) : map.take(param.name);
      if (value != nullptr) action.params[param.name] = read_param(*value, param.name);
    }
    map.finish();
    return action;
  }

  std::string read_param(const yaml::Node& value, const std::string& name) {
    if (name == "template")
      return yaml::read_one_of(value, "message", messages_, problems_).value_or("");
    if (name != "max") return yaml::read_text(value, name, problems_).value_or("");
    return std::to_string(yaml::read_duration_ms(value, name, 0, problems_).value_or(0));
  }

  // Nobody could say of it whether it was done.
  void check_kind() {
    if (!kind_known_) return;
    if (step_.manual && !step_.action.name.empty())
      problems_.add(node_.at, "a manual step takes no `action`: people do it");
    if (step_.manual && step_.verification.name.empty() && step_.approval.role.empty())
      problems_.add(node_.at,
                    "a manual step needs `verification` or `needs_approval`: otherwise "
                    "nobody could say that it was done");
    if (!step_.manual && step_.action.name.empty())
      problems_.add(node_.at, "an automatic step needs an `action`");
  }

  const yaml::Node& node_;
  const People& people_;
  const std::vector<std::string>& messages_;
  Problems& problems_;
  MapReader map_;
  RunbookStep step_;
  bool kind_known_ = false;
};

// The same step has the same text, whatever the file looks like.
std::string content_of(const RunbookStep& step) {
  const auto action = [](const StepAction& one) {
    return nlohmann::json{{"do", one.name}, {"with", one.params}};
  };
  const auto condition = [](const StepCondition& one) {
    return one.params.empty() ? nlohmann::json(one.name)
                              : nlohmann::json{{"is", one.name}, {"with", one.params}};
  };
  return nlohmann::json{{"id", step.id},
                        {"title", step.title},
                        {"kind", step.manual ? "manual" : "automatic"},
                        {"executor", step.executor},
                        {"owner",
                         {{"responsible", step.owner.responsible},
                          {"accountable", step.owner.accountable},
                          {"consulted", step.owner.consulted},
                          {"informed", step.owner.informed}}},
                        {"precondition", condition(step.precondition)},
                        {"needs_approval",
                         {{"of", step.approval.role},
                          {"count", step.approval.count},
                          {"within_ms", step.approval.within_ms}}},
                        {"action", action(step.action)},
                        {"undo", action(step.undo)},
                        {"deadline_ms", step.deadline_ms},
                        {"verification", condition(step.verification)}}
      .dump(1);
}

void read_runbook(const yaml::Node& root, const RunbookInput& input, Runbook& runbook,
                  Problems& problems) {
  MapReader map(root, "runbook", problems);
  if (!map.is_map()) return;
  if (const yaml::Node* name = map.need("runbook"))
    runbook.name = yaml::read_own_name(*name, "runbook", input.path, "", problems);
  runbook.title = map.need_text("title");
  const yaml::Node* steps = map.need("steps");
  map.finish();
  if (steps == nullptr || !yaml::is_filled_list(*steps, "steps", steps_max, problems)) return;
  for (const yaml::Node& node : steps->items) {
    RunbookStep step = StepReader(node, input, problems).read();
    if (!step.id.empty() &&
        std::ranges::find(runbook.steps, step.id, &RunbookStep::id) != runbook.steps.end())
      problems.add(node.at, fmt::format("the id {} is given twice", yaml::shown(step.id)));
    step.content = content_of(step);
    runbook.steps.push_back(std::move(step));
  }
}

}  // namespace

std::expected<Runbook, std::vector<Diagnostic>> parse_runbook(const RunbookInput& input) {
  Problems problems;
  Runbook runbook;
  const auto tree = yaml::read_root(input.text, problems);
  if (tree) read_runbook(*tree, input, runbook, problems);
  if (!problems.empty()) return std::unexpected(problems.sorted({input.path}));
  return runbook;
}

bool is_runbook(std::string_view text) {
  const auto tree = yaml::parse_tree(text, Where{0, 1, 1});
  return tree && tree->find("runbook") != nullptr && tree->find("scenario") == nullptr;
}

int64_t takes_ms_max(const Runbook& runbook) {
  int64_t sum_ms = 0;
  for (const RunbookStep& step : runbook.steps)
    sum_ms += step.deadline_ms + (step.undo.name.empty() ? 0 : step.deadline_ms) +
              step.approval.within_ms;
  return sum_ms;
}

}  // namespace rehearse
