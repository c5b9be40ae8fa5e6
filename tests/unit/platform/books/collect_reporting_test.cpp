#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "../../base/test_server.hpp"
#include "platform/books/collect_parts.hpp"
#include "record/tables.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

std::string answer_of(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

class CollectReporting : public testing::Test {
 protected:
  std::vector<std::string> collect(const std::string& first, const std::string& second) {
    test::TestServer one({answer_of(first)}), two({answer_of(second)});
    BooksSource source;
    source.reporting = {{"clickhouse-1", one.endpoint()}, {"clickhouse-2", two.endpoint()}};
    source.reporting_query = "SELECT";
    return collect_books(source, dir_);
  }

  const std::string row_ =
      R"({"tx":"t1","kind":"bet","amount_minor":100,"currency":"EUR","loaded_at":"2026Z"})"
      "\n";
  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(CollectReporting, KeepsTheRowsOfEveryCopyApart) {
  EXPECT_THAT(collect(row_ + row_, row_), testing::IsEmpty());
  std::vector<std::string> troubles;
  const Books books = read_books(dir_, troubles);
  EXPECT_THAT(troubles, testing::IsEmpty());
  ASSERT_EQ(books.reporting->size(), 3u);
  EXPECT_EQ(books.reporting->at(0).tx, "t1");
  EXPECT_EQ(books.reporting->at(0).amount_minor, 100);
  EXPECT_EQ(books.reporting->at(1).node, "clickhouse-1");
  EXPECT_EQ(books.reporting->at(2).node, "clickhouse-2");
}

TEST_F(CollectReporting, ACopyThatHasNothingIsNotTakenForOneThatWasNotAsked) {
  EXPECT_THAT(collect(row_, ""), testing::ElementsAre(testing::HasSubstr("clickhouse-2")));
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/reporting.csv"));
  EXPECT_TRUE(std::filesystem::exists(dir_ + "/incomplete/reporting.csv"));
}

TEST_F(CollectReporting, WhatIsNoRowIsNoBook) {
  EXPECT_THAT(collect(row_, "Code: 60. DB::Exception\n"), testing::SizeIs(1));
  EXPECT_THAT(collect(row_, "{\"tx\":\"t1\"}\n"), testing::SizeIs(1));
}

}  // namespace
}  // namespace rehearse
