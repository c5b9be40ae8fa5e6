// The scenarios of a suite, one after the other. Those with the same stack, of the same
// parts and settings, share one that is raised once and reset between them; a stack that cannot be
// reset, or whose rehearsal ended with an error, is taken down, and the next scenario gets a fresh
// one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct SuiteItem {
  std::string name;                             // ci/zone-loss
  std::string stack;                            // its name
  std::map<std::string, std::string> settings;  // with every default
  std::vector<std::string> parts = {};          // of it
};

// How the stack of a rehearsal comes about and where it goes.
struct StackUse {
  bool reuse = false;   // the one that is up, which was reset in reset_ms
  bool shared = false;  // leave it up for the next scenario
  std::optional<double> reset_ms;
};

// What a suite does; tests pass their own.
struct SuiteHands {
  std::function<void(size_t item, size_t number)> begin;  // the number-th, from 1
  std::function<Status(size_t item, const StackUse& use)> rehearse;
  std::function<Result<double>(size_t item)> reset;  // of the stack that is up, for that item; ms
  std::function<Status()> take_down;
  // `note` is empty, or what must not be missed: that the stack is a fresh one, and why.
  std::function<void(size_t item, const Status& played, double length_ms, const std::string& note)>
      ended;
  std::function<void(size_t item, const Error& why)> not_run;
  std::function<bool()> cancelled;
};

// Their order: as given, but those that can share a stack are brought together.
std::vector<size_t> suite_order(const std::vector<SuiteItem>& items);

// Plays all; afterwards no stack of the suite is up. Every item ends up in `ended` or `not_run`.
// Errors: the stack could not be taken down (what had to come after it is not run).
Status play_suite(const std::vector<SuiteItem>& items, const SuiteHands& hands);

}  // namespace rehearse
