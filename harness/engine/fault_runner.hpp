// Carries out a scenario's timeline: each occurrence of an act on a thread of its own, always in
// the order plan → journal → begin → in force → end.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "engine/act.hpp"
#include "engine/recorder.hpp"
#include "undo/journal.hpp"

namespace rehearse {

// How long the runner waits for what should come soon.
struct Patience {
  int64_t effect_ms = 15'000;  // then the fault has failed, and goes on
  int heal_attempts = 8;
  int64_t heal_pause_ms = 400;  // doubled after each failure, up to the next one
  int64_t heal_pause_ms_max = 3'200;
};

// A fault is planned this long before it is due: neither looking up its targets nor a disk that is
// slow to sync its undo must make it late. Its selectors mean who held a role then.
constexpr int64_t planning_lead_ns = ns_per_s;

class FaultRunner {
 public:
  FaultRunner(const Scenario& scenario, MakeAct make_act, Journal& journal, Recorder& recorder,
              const Patience& patience = {});
  ~FaultRunner();  // heals what is still on

  void begin(int64_t zero_ns);

  // Every occurrence is over, or lasts until it is told to end.
  bool settled() const;
  // Ends those that last to the end of observation; then waits until all are healed.
  void heal_rest() { end(end_lasting_); }
  // Gives up what has not begun and heals everything now.
  void cancel() { end(cancelled_); }

  std::vector<FaultRecord> records() const;
  // Monotonic time of the last healing; 0 = nothing was healed yet.
  int64_t last_healed_ns() const;

 private:
  struct Occurrence;
  void end(bool& told);
  void run(Occurrence& occurrence);
  bool wait_for_start(Occurrence& occurrence);
  std::optional<double> wait_for_event(std::unique_lock<std::mutex>& lock,
                                       const TimelineEntry& entry);
  std::optional<std::string> take_knobs(Occurrence& occurrence, const PlannedFault& planned);
  Status prepare(Occurrence& occurrence, Act& act, PlannedFault& planned);
  Status commit_to(Occurrence& occurrence, const Act& act, const PlannedFault& planned);
  bool wait_for_moment(const Occurrence& occurrence);
  bool inject(Occurrence& occurrence, Act& act, const PlannedFault& planned);
  void watch(Occurrence& occurrence, Act& act);
  void watch_until_over(Occurrence& occurrence, Act& act);
  void keep_up(Occurrence& occurrence, Act& act);
  void verify(Occurrence& occurrence, Act& act);
  void tell_unknown(Occurrence& occurrence, const std::string& why);
  bool see_effect(Occurrence& occurrence, Act& act);
  void heal(Occurrence& occurrence, Act& act);
  void tell(const Occurrence& occurrence, const std::string& event, const std::string& detail = "");
  void set_failed(Occurrence& occurrence, const std::string& why);

  const Scenario& scenario_;
  const MakeAct make_act_;
  Journal& journal_;
  Recorder& recorder_;
  const Patience patience_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int64_t zero_ns_ = 0;
  int64_t last_healed_ns_ = 0;
  bool end_lasting_ = false, cancelled_ = false;
  std::vector<std::unique_ptr<Occurrence>> occurrences_;
  std::vector<std::jthread> threads_;
};

}  // namespace rehearse
