#include "scenario/yaml_tree.hpp"

#include <gtest/gtest.h>

namespace rehearse::yaml {
namespace {

std::expected<Node, std::vector<Issue>> expanded(std::string_view text) {
  return parse_tree(text, Where{0, 1, 1}, Anchors::expanded);
}

std::string refusal(std::string_view text) {
  const auto tree = expanded(text);
  return tree ? "" : tree.error().front().message;
}

TEST(YamlTree, WhatIsNamedIsRepeatedWithItsPlace) {
  const auto tree = expanded("a: &first 7\nb: *first\nc: &map {x: 1}\nd: *map\n");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find("b")->text, "7");
  EXPECT_EQ(tree->find("b")->at.line, 1);
  EXPECT_EQ(tree->find("d")->find("x")->text, "1");
}

TEST(YamlTree, AMergedMapGivesWhatTheMapItselfLacks) {
  const auto tree = expanded("a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\n");
  ASSERT_TRUE(tree);
  const Node& b = *tree->find("b");
  EXPECT_EQ(b.keys.size(), 2u);
  EXPECT_EQ(b.find("x")->text, "1");
  EXPECT_EQ(b.find("y")->text, "3");
  EXPECT_EQ(refusal("a: &base 7\nb:\n  <<: *base\n"), "`<<` merges one mapping: <<: *name");
}

TEST(YamlTree, RepetitionIsBounded) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int n = 1; n < 10; ++n) text += ", " + last;
    text += "]\n";
  }
  EXPECT_EQ(refusal(text), "more than 100000 values");
  EXPECT_NE(refusal("a: &self [*self]\n"), "");
}

}  // namespace
}  // namespace rehearse::yaml
