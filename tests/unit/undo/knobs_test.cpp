#include "undo/knobs.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

UndoStep uncut(const std::string& node, const std::string& ranges) {
  return {"uncut", {node}, ranges};
}

TEST(Knobs, TheSameUndoOnTheSameNodeIsShared) {
  EXPECT_EQ(shared_knob({{"start", {"a", "b"}}}, {{"start", {"b"}}}), "start of b");
  EXPECT_FALSE(shared_knob({{"start", {"a"}}}, {{"start", {"b"}}}));
  EXPECT_EQ(shared_knob({{"start", {"a"}}}, {{"unpause", {"a"}}}), "start of a");
  EXPECT_FALSE(shared_knob({}, {{"start", {"a"}}}));
}

TEST(Knobs, OfTwoDetailsOnlyTheSameOneIsShared) {
  EXPECT_FALSE(
      shared_knob({{"post", {"p"}, "1.2.3.4:80/x/1"}}, {{"post", {"p"}, "1.2.3.4:80/x/2"}}));
  EXPECT_TRUE(
      shared_knob({{"post", {"p"}, "1.2.3.4:80/x/1"}}, {{"post", {"p"}, "1.2.3.4:80/x/1"}}));
}

TEST(Knobs, RangesAreSharedWhereTheyOverlap) {
  EXPECT_TRUE(shared_knob({uncut("a", "198.18.0.0/17")}, {uncut("a", "198.18.2.0/24")}));
  EXPECT_FALSE(shared_knob({uncut("a", "198.18.1.0/24")}, {uncut("a", "198.18.2.0/24")}));
  EXPECT_TRUE(shared_knob({uncut("a", "198.18.1.1,198.18.1.2")}, {uncut("a", "198.18.1.2")}));
  EXPECT_FALSE(shared_knob({uncut("a", "198.18.1.1")}, {uncut("a", "198.18.1.2")}));
  EXPECT_FALSE(shared_knob({uncut("a", "198.18.1.1")}, {uncut("b", "198.18.1.1")}));
}

TEST(Knobs, AnAddressWithinAPrefixIsAKnobOfItsOwn) {
  EXPECT_FALSE(shared_knob({uncut("a", "198.18.0.0/17")}, {uncut("a", "198.18.2.21")}));
}

}  // namespace
}  // namespace rehearse
