#include "undo/knobs.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

UndoStep uncut(const std::string& node, const std::string& peers) {
  return {"uncut", {node}, peers};
}

TEST(Knobs, TheSameUndoOnTheSameNodeIsShared) {
  EXPECT_EQ(shared_knob({{"start", {"a", "b"}}}, {{"start", {"b"}}}), "start of b");
  EXPECT_FALSE(shared_knob({{"start", {"a"}}}, {{"start", {"b"}}}));
  EXPECT_EQ(shared_knob({{"start", {"a"}}}, {{"unpause", {"a"}}}), "start of a");
  EXPECT_FALSE(shared_knob({}, {{"start", {"a"}}}));
}

TEST(Knobs, WhetherANodeRunsIsOneKnobHoweverItWasStopped) {
  const std::vector<UndoStep> all = {
      {"start", {"a"}}, {"unpause", {"a"}}, {"continue", {"a"}, "7"}};
  for (const auto& mine : all)
    for (const auto& theirs : all) EXPECT_TRUE(shared_knob({mine}, {theirs}));
  EXPECT_TRUE(shared_knob({{"continue", {"a"}, "7"}}, {{"continue", {"a"}, "8"}}));
  EXPECT_FALSE(shared_knob({{"continue", {"a"}, "7"}}, {{"uncut", {"a"}, "*"}}));
}

TEST(Knobs, WhatBothDecideIsAConflict) {
  const PlannedFault one{"1", "x", "", {{"post", {"p"}, ":80/x/1"}}, {"the answers of p"}};
  const PlannedFault two{"2", "y", "", {{"post", {"p"}, ":80/x/2"}}, {"the answers of p"}};
  EXPECT_EQ(conflict_of(one, two), "the answers of p");
  EXPECT_FALSE(conflict_of(one, {"3", "z", "", two.undo, {"the answers of q"}}));
  EXPECT_TRUE(conflict_of(one, {"4", "x", "", one.undo}));
}

TEST(Knobs, OfTwoDetailsOnlyTheSameOneIsShared) {
  EXPECT_FALSE(shared_knob({{"post", {"p"}, ":80/x/1"}}, {{"post", {"p"}, ":80/x/2"}}));
  EXPECT_TRUE(shared_knob({{"post", {"p"}, ":80/x/1"}}, {{"post", {"p"}, ":80/x/1"}}));
}

TEST(Knobs, ACutIsSharedWhereAPeerIs) {
  EXPECT_TRUE(shared_knob({uncut("a", "*")}, {uncut("a", "*")}));
  EXPECT_TRUE(shared_knob({uncut("a", "x-1,x-2")}, {uncut("a", "x-2")}));
  EXPECT_FALSE(shared_knob({uncut("a", "x-1")}, {uncut("a", "x-2,x-11")}));
  EXPECT_FALSE(shared_knob({uncut("a", "x-1")}, {uncut("b", "x-1")}));
}

TEST(Knobs, APeerIsAKnobApartFromEveryone) {
  EXPECT_FALSE(shared_knob({uncut("a", "*")}, {uncut("a", "x-1")}));
}

}  // namespace
}  // namespace rehearse
