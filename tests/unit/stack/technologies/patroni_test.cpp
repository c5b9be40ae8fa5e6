// Databases of several regions: one leads, the others' leaders follow it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "../../base/test_server.hpp"
#include "stack/technology.hpp"

namespace rehearse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RegionsOfDatabases : public testing::Test {
 protected:
  RegionsOfDatabases() {
    ComponentEntry here;
    here.name = "db";
    here.roles = "patroni";
    here.twins = {"db", "db-b"};
    ComponentEntry there = here;
    there.name = "db-b";
    there.like = "db";
    stack_.file.components = {here, there};
    stack_.nodes = {{"db-1", "db", "a-1", "127.0.0.1", 1, {}},
                    {"db-2", "db", "a-2", "127.0.0.1", 2, {}},
                    {"db-b-1", "db-b", "b-1", "127.0.0.1", 1, {{"REST_PASSWORD", "secret"}}},
                    {"db-b-2", "db-b", "b-2", "127.0.0.1", 2, {{"REST_PASSWORD", "secret"}}}};
    set("db-1", "primary", {"db-2", "db-b-1"});
    set("db-2", "sync", {});
    set("db-b-1", "standby_leader", {"db-b-2"});
    set("db-b-2", "replica", {});
  }
  void set(const char* name, const char* role, std::vector<std::string> streaming,
           int64_t timeline = 3) {
    NodeView& node = view_.nodes[name];
    node.healthy = true;
    node.role = role;
    node.streaming = std::move(streaming);
    node.timeline = timeline;
  }
  const ComponentEntry& component(size_t i) const { return stack_.file.components[i]; }
  const Technology& database() const { return technology_of(component(0)); }
  std::vector<std::string> missing() const {
    auto all = database().missing(stack_, component(0), view_);
    for (auto& more : database().missing(stack_, component(1), view_))
      all.push_back(std::move(more));
    return all;
  }
  Stack stack_;
  StackView view_;
};

TEST_F(RegionsOfDatabases, OneLeadsAndTheOtherFollows) {
  EXPECT_THAT(missing(), IsEmpty());
  // The log may come by way of a standby.
  set("db-1", "primary", {"db-2"});
  set("db-2", "sync", {"db-b-1"});
  EXPECT_THAT(missing(), IsEmpty());
  // And the other way round, once the regions have changed places.
  set("db-b-1", "primary", {"db-b-2", "db-1"}, 4);
  set("db-b-2", "sync", {}, 4);
  set("db-1", "standby_leader", {"db-2"}, 4);
  set("db-2", "replica", {}, 4);
  EXPECT_THAT(missing(), IsEmpty());
}

TEST_F(RegionsOfDatabases, AStandbyLeaderIsNoLeader) {
  EXPECT_EQ(rank_of(component(1), "standby_leader"), Rank::spare);
  EXPECT_EQ(selector_of(stack_, "db", Rank::spare), "db.replica");
}

TEST_F(RegionsOfDatabases, WhatIsMissingIsNamed) {
  set("db-1", "primary", {"db-2"});
  EXPECT_THAT(missing(), ElementsAre("db-b-1 does not follow another region (timeline 3)"));
  set("db-1", "primary", {"db-2", "db-b-1"}, 4);
  set("db-2", "sync", {}, 4);
  EXPECT_THAT(missing(), ElementsAre("db-b-1 does not follow another region (timeline 3)"));
  set("db-b-1", "standby_leader", {}, 4);
  EXPECT_THAT(missing(),
              ElementsAre("db-b-2 does not follow the standby leader (not streaming, timeline 3)"));
  set("db-b-1", "replica", {"db-b-2"}, 4);
  EXPECT_THAT(missing(), testing::Contains("db-b has 0 standby leaders"));
}

// Whoever was left behind and comes back believes that it leads.
TEST_F(RegionsOfDatabases, TwoThatLeadAreNotWhole) {
  set("db-b-1", "primary", {"db-b-2"}, 4);
  set("db-b-2", "sync", {}, 4);
  EXPECT_THAT(missing(), ElementsAre("db has 2 primaries"));
  view_.nodes["db-1"].role = view_.nodes["db-b-1"].role = "replica";
  EXPECT_THAT(missing(), testing::Contains("db has 0 primaries"));
}

std::string spoken(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

TEST_F(RegionsOfDatabases, ThePlaceOfTheLogIsRead) {
  const test::TestServer server({spoken(
      R"({"state":"running","role":"standby_leader","timeline":3,"xlog":{"replayed_location":4096,)"
      R"("replayed_timestamp":"2020-01-01 00:00:00.5+00:00"}})")});
  stack_.file.components[1].port = server.endpoint().port;
  const NodeView seen = database().look(stack_, stack_.nodes[2]);
  EXPECT_EQ(seen.role, "standby_leader");
  EXPECT_EQ(seen.log_bytes, 4096);
  EXPECT_GT(seen.status.at("lag_ms"), 86'400'000);
}

// By whichever member takes it: the first of them may be gone.
TEST_F(RegionsOfDatabases, AreToldToLeadAndToFollow) {
  stack_.nodes[2].address = "127.0.0.2";  // where nobody listens
  const auto said = [&](const std::function<Status()>& order) {
    test::TestServer server({spoken("{}")});
    stack_.file.components[1].port = server.endpoint().port;
    EXPECT_TRUE(order());
    return server.request();
  };
  const auto promoted = said([&] { return database().promote(stack_, component(1)); });
  EXPECT_THAT(promoted, testing::StartsWith("PATCH /config "));
  EXPECT_THAT(promoted, testing::HasSubstr("Authorization: Basic "));
  EXPECT_THAT(promoted, testing::EndsWith("{\"standby_cluster\":null}"));
  const auto following =
      said([&] { return database().follow(stack_, component(1), component(0)); });
  const auto words = nlohmann::json::parse(following.substr(following.find("\r\n\r\n")));
  EXPECT_EQ(words["standby_cluster"]["host"], "127.0.0.1,127.0.0.1");
  EXPECT_EQ(words["standby_cluster"]["port"], 5432);
  // Nobody left: that is told.
  stack_.nodes[3].address = "127.0.0.2";
  EXPECT_FALSE(database().promote(stack_, component(1)));
}

}  // namespace
}  // namespace rehearse
