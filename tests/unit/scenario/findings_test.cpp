#include "scenario/findings.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

std::vector<std::string> finding_errors(const std::string& text) {
  std::vector<std::string> lines;
  const auto findings = parse_findings("f.yaml", text);
  if (findings) return lines;
  for (const Diagnostic& diagnostic : findings.error()) lines.push_back(to_string(diagnostic));
  return lines;
}

TEST(Findings, AreReadAsPeopleWriteThem) {
  const auto findings = parse_findings(
      "f.yaml",
      "findings:\n  - {id: zone-loss/rto, severity: major, owner: anna, due: 2026-12-15,\n"
      "     mended: 2026-12-10, note: ttl}\n  - {id: b/rpo, severity: minor}\n");
  ASSERT_TRUE(findings) << to_string(findings.error()[0]);
  ASSERT_EQ(findings->size(), 2u);
  EXPECT_EQ(findings->at(0).owner, "anna");
  EXPECT_EQ(findings->at(0).due, "2026-12-15");
  EXPECT_EQ(findings->at(0).mended, "2026-12-10");
  EXPECT_EQ(findings->at(1).due, "");
}

TEST(Findings, EveryMistakeIsNamedWithItsPlace) {
  EXPECT_EQ(finding_errors("findings:\n  - {id: a/b, severity: grave, due: 2026-02-30}\n"
                           "  - {id: a/b, severity: minor, ovner: x}\n"),
            (std::vector<std::string>{
                "f.yaml:2:25: unknown severity `grave` (there are: critical, major, minor)",
                "f.yaml:2:37: `due` must be a day, YYYY-MM-DD, not `2026-02-30`",
                "f.yaml:3:10: `a/b` is named twice",
                "f.yaml:3:32: unknown key in `finding`: `ovner`, did you mean `owner`?"}));
  EXPECT_EQ(finding_errors(""), std::vector<std::string>{"f.yaml:1:1: the file is empty"});
  EXPECT_FALSE(finding_errors("findings: []\n").empty());
  EXPECT_FALSE(finding_errors("- x\n").empty());
}

}  // namespace
}  // namespace rehearse
