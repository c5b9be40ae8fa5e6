// Makes a used platform as good as new, by what its file declares under `reset`: its services are
// killed, their books wiped, and they start again.
#pragma once

#include <functional>

#include "platform/books/collect.hpp"
#include "runtime/runtime.hpp"
#include "stack/stack.hpp"
#include "stack/view.hpp"

namespace rehearse {

// What a reset does besides killing, emptying and starting nodes; tests pass their own. Deadlines
// are of the monotonic clock. Each tries until its deadline where trying again can help.
struct ResetHands {
  std::function<Status(int64_t deadline_ns)> wipe_sql;
  std::function<Status(int64_t deadline_ns)> delete_topics;
  // Who leads at the start does again; while nobody writes.
  std::function<Status(int64_t deadline_ns)> restore_roles;
  // By looks that began after `since_ns`: what was seen before says nothing about now.
  std::function<Status(int64_t since_ns, int64_t deadline_ns)> wait_whole;
  std::function<Status(int64_t deadline_ns)> prove_unused;
};

// The hands for a platform whose books are where `source` says at that moment.
ResetHands reset_hands(const Stack& stack, std::function<Result<BooksSource>()> source,
                       std::function<bool()> cancelled);

// The steps in their order; stops at the first that fails. Errors (machine): residue, or which step
// failed and why; the stack is then good for nothing but to be taken down.
Status reset_platform(const Stack& stack, Runtime& runtime, const ResetHands& hands,
                      int64_t deadline_ns, const std::function<bool()>& cancelled);

// What has moved to another region stays there, and so do the word of who may write and where
// players are sent: that is no stack as it was. Errors (machine).
Status require_first_region(const Stack& stack, const StackView& view);

// Residue is not healed here: who left it behind must be seen, so the stack counts as spoilt.
Status require_no_residue(Effects& runtime, const Stack& stack);

// What all books hold besides the players' openings, in words.
Result<std::vector<std::string>> traces_in(BooksSource source);

}  // namespace rehearse
