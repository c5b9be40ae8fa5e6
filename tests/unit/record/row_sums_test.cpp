#include "record/row_sums.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

std::string lines_changed(const std::string& then, const std::string& now,
                          RowFormat format = RowFormat::lines) {
  return changed_rows(row_sums(then, format), row_sums(now, format), format);
}

TEST(RowSums, TheRowsThatAreNotAsTheyWereAreNamed) {
  const std::string then = "1\n2\n3\n4\n5\n";
  EXPECT_EQ(lines_changed(then, then), "");
  EXPECT_EQ(lines_changed(then, "1\n2\nx\n4\n5\n"), "row 3 altered");
  EXPECT_EQ(lines_changed(then, "x\ny\n3\n4\nz\n"), "rows 1 to 2, row 5 altered");
  EXPECT_EQ(lines_changed(then, "1\n4\n5\n"), "rows 2 to 3 are gone");
  EXPECT_EQ(lines_changed(then, "1\n2\n3\n4\n"), "row 5 is gone");
  EXPECT_EQ(lines_changed(then, "1\n2\nx\n3\n4\n5\n"), "row 3 came later");
  EXPECT_EQ(lines_changed(then, "1\nx\n5\n"), "rows 2 to 4 replaced by 1 others");
}

TEST(RowSums, AHeaderIsRowZeroAndALineEndWithinAFieldEndsNoRow) {
  const std::string then = "a,b\n\"1\n\"\"2\",3\n4,5\n";
  EXPECT_EQ(lines_changed(then, "a,b\n\"1\n\"\"x\",3\n4,5\n", RowFormat::csv), "row 1 altered");
  EXPECT_EQ(lines_changed(then, "a,c\n\"1\n\"\"2\",3\n4,5\n", RowFormat::csv), "row 0 altered");
}

TEST(RowSums, ManyChangesAreNotAllNamed) {
  EXPECT_EQ(lines_changed("1\n0\n1\n0\n1\n0\n1\n0\n1\n0\n1\n", "x\n0\nx\n0\nx\n0\nx\n0\nx\n0\nx\n"),
            "row 1, row 3, row 5, row 7, row 9 and more altered");
}

TEST(RowSums, WithoutSumsNothingIsSaid) {
  EXPECT_EQ(changed_rows("", row_sums("1\n", RowFormat::lines), RowFormat::lines), "");
}

}  // namespace
}  // namespace rehearse
