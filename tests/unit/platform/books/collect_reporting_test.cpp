#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "../../base/test_server.hpp"
#include "platform/books/collect_parts.hpp"
#include "record/tables.hpp"

namespace rehearse {
namespace {

std::string answer_of(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

class CollectReporting : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(dir_); }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  Status collect(const std::string& first, const std::string& second) {
    test::TestServer one({answer_of(first)}), two({answer_of(second)});
    BooksSource source;
    source.reporting = {{"clickhouse-1", one.endpoint()}, {"clickhouse-2", two.endpoint()}};
    source.reporting_query = "SELECT";
    return collect_reporting(source, dir_);
  }

  const std::string row_ =
      R"({"tx":"t1","kind":"bet","amount_minor":100,"currency":"EUR","loaded_at":"2026Z"})"
      "\n";
  const std::string dir_ = fmt::format("{}/collect-reporting-{}", testing::TempDir(), ::getpid());
};

TEST_F(CollectReporting, KeepsTheRowsOfEveryCopyApart) {
  const Status done = collect(row_ + row_, row_);
  ASSERT_TRUE(done) << done.error().message;
  const auto books = read_books(dir_);
  ASSERT_TRUE(books) << books.error().message;
  ASSERT_EQ(books->reporting->size(), 3u);
  EXPECT_EQ(books->reporting->at(0).tx, "t1");
  EXPECT_EQ(books->reporting->at(0).amount_minor, 100);
  EXPECT_EQ(books->reporting->at(1).node, "clickhouse-1");
  EXPECT_EQ(books->reporting->at(2).node, "clickhouse-2");
}

TEST_F(CollectReporting, ACopyThatHasNothingIsNotTakenForOneThatWasNotAsked) {
  const Status done = collect(row_, "");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ExitCode::inconclusive);
  EXPECT_THAT(done.error().message, testing::HasSubstr("clickhouse-2"));
}

TEST_F(CollectReporting, WhatIsNoRowIsNoBook) {
  EXPECT_FALSE(collect(row_, "Code: 60. DB::Exception\n"));
  EXPECT_FALSE(collect(row_, "{\"tx\":\"t1\"}\n"));
}

}  // namespace
}  // namespace rehearse
