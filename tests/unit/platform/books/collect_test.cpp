// One source that fails leaves all others written.
#include "platform/books/collect.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "../../base/test_server.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr Endpoint nobody{"127.0.0.1", 1};

std::string told(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

class CollectBooks : public testing::Test {
 protected:
  bool has(const std::string& file) const { return std::filesystem::exists(dir_ + "/" + file); }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(CollectBooks, EverySourceIsAskedAlsoAfterOneThatFails) {
  test::TestServer provider(
      {told(R"({"transfers":[{"transfer":"t","business_key":"k","direction":"in","amount_minor":5,)"
            R"("currency":"EUR","state":"succeeded","at":"2026Z"}],"webhooks":[]})")});
  BooksSource source;
  source.sql = {{"accounts", "SELECT"}};
  source.sql_missing = "postgres has no primary";
  source.redis_streams = {{"credit_log", {"credit:log", {"seq"}}}};
  source.providers = {{"psp-a", provider.endpoint()}};
  source.provider_path = "/control/book";
  source.reporting = {{"clickhouse-1", nobody}};
  source.paths = {{"players", "front", "cdn", "198.18.9.10", ""}};
  source.alerts = {{"prometheus-1", nobody}};
  EXPECT_THAT(collect_books(source, dir_),
              UnorderedElementsAre(HasSubstr("postgres has no primary"), HasSubstr("Redis"),
                                   HasSubstr("the reporting of clickhouse-1"),
                                   HasSubstr("the alerts of prometheus-1")));
  EXPECT_TRUE(has("provider_transfers.csv") && has("provider_events.csv") && has("paths.csv"));
  EXPECT_FALSE(has("accounts.csv") || has("reporting.csv") || has("alerts.csv"));
}

// A part of the providers taken for all of them would make the ledger's other transfers phantoms.
TEST_F(CollectBooks, APartOfATableIsKeptApartFromWholeOnes) {
  test::TestServer provider({told(R"({"transfers":[]})")});
  BooksSource source;
  source.providers = {{"psp-a", provider.endpoint()}, {"psp-b", nobody}};
  source.provider_path = "/control/book";
  EXPECT_THAT(collect_books(source, dir_),
              UnorderedElementsAre(HasSubstr("the book of psp-b cannot be had")));
  EXPECT_TRUE(has("incomplete/provider_transfers.csv"));
  EXPECT_FALSE(has("provider_transfers.csv"));
}

}  // namespace
}  // namespace rehearse
