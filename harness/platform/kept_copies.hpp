// Copies of what does not lie in the ledger's database, in the same store under the same lock and
// key. What is run inside the nodes is fixtures/images/keeper/keep.
#pragma once

#include <string>
#include <vector>

#include "platform/platform.hpp"
#include "record/tables.hpp"
#include "runtime/effects.hpp"

namespace rehearse {

class KeptCopies {
 public:
  // Both outlive it.
  KeptCopies(Effects& effects, const Stack& stack) : effects_(effects), stack_(stack) {}

  // Whether the stack that was raised has somebody who makes them.
  bool are_made() const { return !entry().keeper.empty() && !entry().keeps.empty(); }
  // One of each class. Errors (inconclusive): which could not be made, and why; the others are.
  Status make();
  // Opens and loads the last one of each class, and looks at all of them as they are now. Errors
  // (inconclusive): the store does not answer.
  Status prove();
  const std::vector<KeptCopy>& all() const { return copies_; }

 private:
  const BackupsEntry& entry() const { return stack_.file.backups; }
  const std::string& keeper() const { return stack_.of_component(entry().keeper).front()->name; }
  Status make_one(const std::string& data, const std::string& key_id);
  void restore(KeptCopy& copy);

  Effects& effects_;
  const Stack& stack_;
  std::vector<KeptCopy> copies_;
};

}  // namespace rehearse
