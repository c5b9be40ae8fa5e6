// Built of the tree with what docs/adding.md adds to it: the program knows the new names, and reads
// the scenario that the page writes with them.
#include <gtest/gtest.h>

#include <algorithm>

#include "checks/check.hpp"
#include "cli/cli.hpp"
#include "faults/fault.hpp"

namespace rehearse {
namespace {

TEST(WhatThePageAdds, IsInTheCatalogue) {
  EXPECT_NE(std::ranges::find(all_checks(), "no_long_silence", &CheckSpec::name),
            all_checks().end());
  EXPECT_NE(find_fault("edge_freeze"), nullptr);
}

TEST(WhatThePageAdds, CanBeRehearsed) {
  const auto scenario = load_scenario({REHEARSE_SOURCE_DIR, "", ""},
                                      DOCS_ADDED_DIR "/scenarios/ci/edge-freeze.yaml", {});
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->timeline.front().fault, "edge_freeze");
}

}  // namespace
}  // namespace rehearse
