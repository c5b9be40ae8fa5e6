// The stack of a rehearsal while it is up: raised, watched, fenced, taken down.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/live_view.hpp"
#include "engine/recorder.hpp"
#include "load/load.hpp"
#include "platform/books/collect.hpp"
#include "runtime/runtime.hpp"
#include "stack/bring_up.hpp"
#include "stack/observer.hpp"

namespace rehearse {

class Stage {
 public:
  using Cancelled = std::function<bool()>;
  Stage(Stack stack, Runtime& runtime, Recorder& recorder, LiveView& live, Cancelled cancelled);
  ~Stage();

  // From nothing to whole: every node healthy, every role taken, all copies in sync.
  // Returns milliseconds. Errors (machine): what is missing, with the last lines of its log.
  Result<double> raise(const StackPlaces& places);
  // One that is up already: begins to watch it, and waits until it is whole by looks that began
  // after `since_ns`. Errors (machine): what is missing.
  void watch();
  Status wait_whole(int64_t since_ns, int64_t deadline_ns);

  // All writers stop for good, then what they wrote flows to its end (events published).
  // Errors (inconclusive): a writer that cannot be fenced, or a deadline missed.
  Status wait_idle(int64_t since_ns, int64_t deadline_ns);
  Status fence(int64_t deadline_ns);
  BooksSource books_source() const;

  PlatformEdges edges() const;
  Result<std::vector<std::string>> residue() const;  // platform/residue.hpp, and emergencies
  const Observer& observer() const { return *observer_; }
  const Stack& stack() const { return stack_; }
  std::vector<std::string> missing() const;
  std::string roles_line() const;  // "postgres 1 – 2 primary 3 sync · wallet 2 writer"

 private:
  std::string why_not_ready(const StackPlaces& places) const;
  Stack stack_;
  Runtime& runtime_;
  Recorder& recorder_;
  LiveView& live_;
  Cancelled cancelled_;
  std::unique_ptr<Observer> observer_;
};

}  // namespace rehearse
