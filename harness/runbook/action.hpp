// What a step of a runbook does on a platform: one file in actions/ and one line in actions.def
// each. Giving it and seeing that it worked are two things: only what was seen counts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/platform.hpp"
#include "record/timeline.hpp"
#include "runbook/message.hpp"
#include "runbook/runbook.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

// What an action may touch and know. All of it outlives the action.
struct ActionContext {
  const Stack& stack;
  std::function<StackView()> view;                           // who holds which role now
  const std::map<std::string, Message>* messages = nullptr;  // that a runbook may send
  std::string run_dir = {};
  std::function<Incident()> incident = {};
  // Operations through one edge, while the load plays.
  std::function<std::shared_ptr<const EdgeTrial>(const Endpoint&)> try_edge = {};
  // Kinds of operations that players do not get as they did before, by attempts since then
  // (monotonic ns).
  std::function<std::vector<std::string>(int64_t since_ns)> not_served = {};
  Effects* effects = nullptr;
  std::string step = {};  // ENTRY.STEP that acts

  Platform platform() const { return Platform(stack); }
};

class Action {
 public:
  virtual ~Action() = default;
  // Errors (machine): it was refused, or cannot be given now.
  virtual Status give(const ActionContext& context) = 0;
  // Evidence once it is seen to have worked, nullopt while it is not seen yet. Errors: it never
  // can.
  virtual Result<std::optional<Evidence>> seen(const ActionContext& context) = 0;
};

struct ActionParam {
  std::string name;  // `template` is the name of a message, `max` a duration, kept in ms
  bool required = false;
};
struct ActionSchema {
  std::string name;
  std::string summary;      // one line: what it does
  bool disruptive = false;  // players may feel it: an outage may begin with it
  bool four_eyes = false;   // two people approve it, whatever the runbook says
  std::vector<ActionParam> params = {};
};
struct ActionEntry {
  ActionSchema schema;
  std::function<std::unique_ptr<Action>(const StepAction&)> make;
};
std::span<const ActionEntry> all_actions();
const ActionEntry* find_action(const std::string& name);

}  // namespace rehearse
