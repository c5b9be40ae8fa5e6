// What is asked of etcd's gateway and what is taken for its answer; the rest is in
// fixtures/casino/common/region_test.cpp.
#include "base/etcd.hpp"

#include <gtest/gtest.h>

#include "test_server.hpp"

namespace rehearse {
namespace {

std::vector<std::string> said(const std::string& body, int status = 200) {
  return {"HTTP/1.1 " + std::to_string(status) +
          " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}
constexpr const char* header = R"("header":{"cluster_id":"1","revision":"12","raft_term":"2"})";

TEST(Etcd, AnswersAsItDoes) {
  test::TestServer server(
      said(std::string("{") + header +
           R"(,"kvs":[{"key":"L2Nhc2luby9yZWdpb24=","create_revision":"4","mod_revision":"9",)"
           R"("version":"2","value":"eyJob2xkZXIiOiJiIiwidGVybSI6Mn0="}],"count":"1"})"));
  const auto got = etcd_get(server.endpoint(), "/casino/region", 2'000);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->value, R"({"holder":"b","term":2})");
  EXPECT_EQ(got->revision, 9);
  EXPECT_TRUE(server.request().starts_with("POST /v3/kv/range "));
}

TEST(Etcd, AKeyThatIsNotThereHasNoRevision) {
  test::TestServer server(said(std::string("{") + header + "}"));
  const auto got = etcd_get(server.endpoint(), "/casino/region", 2'000);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->revision, 0);
}

TEST(Etcd, WritesOnlyWhatNobodyWroteSince) {
  for (const bool succeeded : {true, false}) {
    test::TestServer server(
        said(std::string("{") + header + (succeeded ? R"(,"succeeded":true})" : "}")));
    const auto put = etcd_put(server.endpoint(), "/casino/region", "v", 9, 2'000);
    ASSERT_TRUE(put) << put.error().message;
    EXPECT_EQ(*put, succeeded);
    EXPECT_TRUE(server.request().starts_with("POST /v3/kv/txn "));
  }
}

TEST(Etcd, TornRefusedAndForeignAnswersAreNone) {
  const std::vector<std::string> torn = {"HTTP/1.1 200 x\r\nContent-Length: 90\r\n\r\n{\"head"};
  for (const auto& pieces :
       {torn, said("{}"), said("<html>"), said(R"({"header":{"revision":"none"}})"),
        said(std::string("{") + header + "}", 503)}) {
    test::TestServer asked(pieces), told(pieces);
    EXPECT_FALSE(etcd_get(asked.endpoint(), "/casino/region", 2'000)) << pieces[0];
    EXPECT_FALSE(etcd_put(told.endpoint(), "/casino/region", "v", 0, 2'000)) << pieces[0];
  }
}

}  // namespace
}  // namespace rehearse
