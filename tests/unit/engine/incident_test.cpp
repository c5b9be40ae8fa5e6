#include "engine/incident.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"

namespace rehearse {
namespace {

FaultRecord fault(const char* name, double injected_ms, std::optional<double> healed_ms) {
  FaultRecord record;
  record.id = record.fault = name;
  record.target = "az-1";
  record.injected_ms = injected_ms;
  record.healed_ms = healed_ms;
  return record;
}

TEST(Incident, LastsFromTheFirstFaultAndIsOverOnceAllAreHealed) {
  rehearse::Run run;
  run.id = "r7";
  run.zero_wall_ns = 1'700'000'000 * ns_per_s;
  std::vector<FaultRecord> faults = {fault("runbook", 0, 1), fault("zone_loss", 2'000, 5'000),
                                     fault("process_kill", 3'000, std::nullopt)};
  const Incident on = incident_of(run, faults, 12'000);
  EXPECT_EQ(on.lasting_ms, 10'000);
  EXPECT_EQ(on.words.at("began"), rfc3339(run.zero_wall_ns + 2 * ns_per_s));
  EXPECT_EQ(on.words.at("state"), "going on");
  EXPECT_EQ(on.words.at("faults"), "zone_loss on az-1 (healed); process_kill on az-1");
  faults[2].healed_ms = 6'000;
  EXPECT_EQ(incident_of(run, faults, 12'000).words.at("state"), "over");
}

TEST(Incident, SaysSomethingForEveryFactAlsoWithoutAFault) {
  const Incident none = incident_of({}, {}, 12'000);
  EXPECT_EQ(none.lasting_ms, 0);
  for (const MessageFact& fact : message_facts())
    EXPECT_TRUE(none.words.contains(fact.name)) << fact.name;
}

}  // namespace
}  // namespace rehearse
