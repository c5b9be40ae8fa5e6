// A fault as an act of the timeline: its undo, and the look whether that worked, are its end.
#pragma once

#include <functional>

#include "engine/act.hpp"
#include "runtime/effects.hpp"
#include "stack/observer.hpp"
#include "stack/stack.hpp"

namespace rehearse {

// Makes the fault that an entry names; `view` says who holds which role at that moment. All of them
// outlive the acts.
MakeAct fault_acts(Effects& effects, const Stack& stack, std::function<StackView()> view);
MakeAct fault_acts(Effects& effects, const Stack& stack, const Observer& observer);

}  // namespace rehearse
