#include "engine/runbook_act.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "runbook/disruption.hpp"

namespace rehearse {
namespace {

class RunbookAct final : public Act {
 public:
  RunbookAct(const RunbookStage& stage, const TimelineEntry& entry)
      : stage_(stage),
        entry_(entry),
        runbook_(stage.runbooks.by_name.at(std::get<std::string>(entry.params.at("runbook")))) {
    hands_ = stage_.make_hands(entry.id);
    approver_ = approver_of(entry, stage_.runbooks, stage_.run_dir, stage_.run_id);
  }
  ~RunbookAct() override { stop(); }
  RunbookAct(const RunbookAct&) = delete;
  RunbookAct& operator=(const RunbookAct&) = delete;

  // Its steps are taken back by the steps themselves; after a crash the stack is taken down.
  Result<PlannedFault> plan() override {
    return PlannedFault{entry_.id, runbook_fault, runbook_.name, {}};
  }
  Status begin() override {
    thread_ = std::jthread([this] { play(); });
    return {};
  }
  // Whether its steps were done, the check says; that it was played is seen here.
  Result<std::optional<Evidence>> poll() override {
    if (!ended_) return std::nullopt;
    return Evidence{{"steps_done", fmt::format("{} of {}", done_, runbook_.steps.size())}};
  }
  Result<bool> holds() override { return true; }
  Status refresh() override { return {}; }
  Result<Evidence> end() override {
    stop();
    return Evidence{{"ended", "true"}};
  }
  bool disruptive() const override { return may_disrupt(runbook_); }
  bool lasts() const override { return false; }
  std::optional<int64_t> takes_ms() const override { return takes_ms_max(runbook_); }

 private:
  void play() {
    const PlayerInput input{
        runbook_,
        entry_.id,
        *hands_,
        *approver_,
        [this] { return stage_.recorder.now_ms(); },
        [this] { return stopped_.load(); },
        [this](const std::string& kind, const std::string& step, const std::string& what,
               const std::string& detail) { stage_.recorder.act(kind, step, what, detail); }};
    auto steps = play_runbook(input);
    done_ = std::ranges::count(steps, "done", &StepRecord::outcome);
    stage_.log.add(std::move(steps));
    ended_ = true;
  }
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }

  const RunbookStage stage_;
  const TimelineEntry entry_;
  const Runbook& runbook_;
  std::unique_ptr<StepHands> hands_;
  std::unique_ptr<Approver> approver_;
  std::atomic<bool> stopped_ = false, ended_ = false;
  std::atomic<int64_t> done_ = 0;
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<Approver> approver_of(const TimelineEntry& entry, const Runbooks& runbooks,
                                      const std::string& run_dir, const std::string& run_id) {
  const auto test_keys = entry.params.find("test_keys");
  const bool by_test_keys = test_keys != entry.params.end() && std::get<bool>(test_keys->second);
  return approvals_in(run_dir, run_id, runbooks.people,
                      by_test_keys ? Signers::test_keys : Signers::people);
}

void RunbookLog::add(std::vector<StepRecord> steps) {
  const std::lock_guard lock(mutex_);
  std::ranges::move(steps, std::back_inserter(steps_));
}

std::vector<StepRecord> RunbookLog::steps() const {
  const std::lock_guard lock(mutex_);
  return steps_;
}

MakeAct runbook_acts(RunbookStage stage) {
  return [stage = std::move(stage)](const TimelineEntry& entry, std::mt19937_64&) {
    return std::make_unique<RunbookAct>(stage, entry);
  };
}

MakeAct acts_of(MakeAct faults, MakeAct runbooks) {
  return [faults = std::move(faults), runbooks = std::move(runbooks)](const TimelineEntry& entry,
                                                                      std::mt19937_64& random) {
    return entry.fault == runbook_fault ? runbooks(entry, random) : faults(entry, random);
  };
}

}  // namespace rehearse
