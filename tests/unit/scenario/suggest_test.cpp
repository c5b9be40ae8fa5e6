#include <gtest/gtest.h>

#include "scenario/scenario.hpp"

namespace rehearse {
namespace {

TEST(Suggest, NearestByEdits) {
  const std::vector<std::string> known = {"zone_loss", "zone_pause", "noop", "region_loss"};
  EXPECT_EQ(suggest("zone_los", known), "zone_loss");
  EXPECT_EQ(suggest("zone_lsos", known), "zone_loss");
  EXPECT_EQ(suggest("zone-pause", known), "zone_pause");
  EXPECT_EQ(suggest("NOOP", known), "noop");
  EXPECT_EQ(suggest("nop", known), "noop");
}

TEST(Suggest, NothingWhereNothingIsNear) {
  EXPECT_EQ(suggest("clock", {"zone_loss", "noop"}), std::nullopt);
  EXPECT_EQ(suggest("x", {"y", "z"}), std::nullopt);
  EXPECT_EQ(suggest("", {"a"}), std::nullopt);
  EXPECT_EQ(suggest("noop", {}), std::nullopt);
  EXPECT_EQ(suggest(std::string(100'000, 'a'), {std::string(100'000, 'a')}), std::nullopt);
}

TEST(Suggest, TheFirstOfEquals) {
  EXPECT_EQ(suggest("bat", {"bet", "bit"}), "bet");
}

}  // namespace
}  // namespace rehearse
