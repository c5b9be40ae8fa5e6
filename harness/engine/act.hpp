// Something that a timeline makes happen at its moment and takes back in its time: a fault, or a
// runbook, which is in force once it was played to its end. The runner drives them all the same
// way: plan → journal synced → begin → poll, until it is in force → refresh … → end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "base/result.hpp"
#include "scenario/scenario.hpp"
#include "undo/journal.hpp"

namespace rehearse {

class Act {
 public:
  virtual ~Act() = default;
  // What it is aimed at and how it is taken back. Nothing is touched yet.
  virtual Result<PlannedFault> plan() = 0;
  virtual Status begin() = 0;
  // Evidence once it is in force, nullopt while it is not yet. Called until it is.
  virtual Result<std::optional<Evidence>> poll() = 0;
  // Whether it still is: asked about every second from then on, before it is refreshed.
  virtual Result<bool> holds() = 0;
  // Called about every second while it lasts: keeps alive what would expire.
  virtual Status refresh() = 0;
  // Takes it back and waits until that shows: what was seen meanwhile. After an error it is called
  // again.
  virtual Result<Evidence> end() = 0;
  // Whether clients may feel it: only such acts open an outage.
  virtual bool disruptive() const = 0;
  // Without a length it lasts to the end of observation; otherwise it is over once it is in force.
  virtual bool lasts() const = 0;
  // How long it may take to be in force, if it is known; such an act goes no further than
  // observation does.
  virtual std::optional<int64_t> takes_ms() const { return std::nullopt; }
};

// `random` is the occurrence's own, seeded by the run's.
using MakeAct =
    std::function<std::unique_ptr<Act>(const TimelineEntry& entry, std::mt19937_64& random)>;

}  // namespace rehearse
