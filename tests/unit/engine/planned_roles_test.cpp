#include "engine/planned_roles.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

// A switchover from 1 s to 9 s, which moved the lead at 5 s.
Run switched() {
  rehearse::Run run;
  StepRecord& step = run.runbook.emplace_back();
  step.disruptive = true;
  step.acted_ms = 1'000, step.ended_ms = 9'000;
  run.roles = {{5'000, "postgres-2", "primary"}};
  return run;
}

TEST(PlannedRoles, AreThoseThatAStepMovedOnPurpose) {
  rehearse::Run run = switched();
  run.roles.push_back({9'001, "postgres-3", "primary"});
  run.roles.push_back({999, "postgres-1", ""});
  mark_planned_roles(run);
  EXPECT_TRUE(run.roles[0].planned);
  EXPECT_FALSE(run.roles[1].planned);
  EXPECT_FALSE(run.roles[2].planned);
}

TEST(PlannedRoles, AreNoneOfAStepThatDidNotActOrTouchesNobody) {
  rehearse::Run idle = switched(), harmless = switched();
  idle.runbook[0].acted_ms.reset();
  harmless.runbook[0].disruptive = false;
  mark_planned_roles(idle);
  mark_planned_roles(harmless);
  EXPECT_FALSE(idle.roles[0].planned);
  EXPECT_FALSE(harmless.roles[0].planned);
}

TEST(PlannedRoles, AreNoneWhileSomethingIsBroken) {
  rehearse::Run run = switched();
  FaultRecord& fault = run.faults.emplace_back();
  fault.id = "az";
  fault.fault = "zone_loss";
  fault.injected_ms = 4'000;
  rehearse::Run healed = run, of_runbook = run;
  healed.faults[0].healed_ms = 4'500;
  of_runbook.faults[0].fault = "runbook";
  for (rehearse::Run* one : {&run, &healed, &of_runbook}) mark_planned_roles(*one);
  EXPECT_FALSE(run.roles[0].planned);
  EXPECT_TRUE(healed.roles[0].planned);
  EXPECT_TRUE(of_runbook.roles[0].planned);
}

}  // namespace
}  // namespace rehearse
