// A runbook walked through by people: no platform, no faults, the clock running. Each step is shown
// with its owner, and somebody says that it is done, or that it failed, by a line of input.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runbook/hands.hpp"

namespace rehearse {

// Reads lines of `input_fd` (an empty one: done; `failed WHY`, in any case: it
// failed; others are asked for again) and prints by `say`.
// Where the input has ended, nobody is there: the step has failed.
std::unique_ptr<StepHands> table_top_hands(int input_fd,
                                           std::function<void(const std::string& line)> say);

}  // namespace rehearse
