// Stacks that go on from another one, and whose components stand in several regions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "platform/platform.hpp"
#include "platform/reset.hpp"
#include "scenario/stack_parts.hpp"
#include "stack/observer.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using testing::ElementsAre;

const char* const one_text = R"(stack: one
title: One
platform: tiny
subnet: 198.18.0.0/16
control: 198.18.255.1
parts:
  core: {title: Core, gives: [ledger]}
zones: {a-1: 198.18.1.0/24, a-2: 198.18.2.0/24, out: 198.18.9.0/24}
edge: edge
players: players
settings:
  db.profile: {default: slow, values: {slow: {TTL: 20}, fast: {TTL: 6}}}
components:
  db: {part: core, image: postgres, zones: [a-1, a-2], host: 21, port: 8008, roles: patroni, leads: 2,
       env: {MEMBERS: "{db|%a}", SCOPE: casino}}
  edge: {part: core, image: haproxy, nodes: {edge-1: {zone: a-1, host: 5}}, port: 80}
  wallet: {part: core, image: casino, binary: casino, zones: [a-1], host: 41, port: 8080, roles: writer,
           env: {POSTGRES: "{db|%a}", PSP: "{psp|%a}"}}
  psp: {part: core, image: casino, nodes: {psp: {zone: out, host: 8}}, env: {URLS: "{edge|%a}"}}
  players: {part: core, nodes: {players: {zone: out, host: 91}}}
)";

const char* const two_text = R"(stack: two
extends: one
zones: {b-1: 198.18.11.0/24, b-2: 198.18.12.0/24}
regions: {a: [a-1, a-2], b: [b-1, b-2]}
parts:
  there: {title: There, needs: [core], gives: [regions], on_request: true}
components:
  psp: {env: {URLS: "{edge|%a},{edge-b|%a}"}}
  db-b: {like: db, region: b, part: there, zones: [b-1], env: {OF: "{db@a|%a}"}}
  edge-b: {like: edge, region: b, part: there, nodes: {edge-b-1: {zone: b-1, host: 5}}}
  wallet-b: {like: wallet, region: b, part: there, zones: [b-2]}
)";

class RegionsTest : public testing::Test {
 protected:
  RegionsTest() {
    for (const char* folder : {"/stacks", "/platforms"})
      std::filesystem::create_directories(dir_ + folder);
    std::ofstream(dir_ + "/platforms/tiny.yaml") << "platform: tiny\nbooks: {sql: {component: db, "
                                                    "user: u, password: p, database: d, tables: "
                                                    "{}}}\n";
    write("one", one_text);
    write("two", two_text);
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ + "/stacks/" + name + ".yaml") << text;
  }
  Result<StackFile> read(const std::string& name) {
    return read_stack_file(dir_ + "/stacks/" + name + ".yaml");
  }
  Stack two(const std::map<std::string, std::string>& settings = {}) {
    auto file = read("two");
    EXPECT_TRUE(file) << file.error().message;
    return *make_stack(with_parts(*file, {"core", "there"}), settings);
  }
  // What is said of `two` once `from` in it is `to`, without the folder.
  std::string mistakes(const std::string& from, const std::string& to) {
    std::string text = two_text;
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write("two", text.replace(at, from.size(), to));
    const auto file = read("two");
    std::string said = file ? "" : file.error().message;
    for (size_t found; (found = said.find(dir_ + "/stacks/")) != std::string::npos;)
      said.erase(found, dir_.size() + 8);
    return said;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
};

TEST_F(RegionsTest, AStackGoesOnFromAnother) {
  const auto file = read("two");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->name, "two");
  EXPECT_EQ(file->title, "");  // its own
  EXPECT_EQ(file->zones.size(), 5u);
  const Stack stack = two();
  EXPECT_EQ(stack.find("db-1")->address, "198.18.1.21");
  EXPECT_EQ(stack.find("db-b-1")->address, "198.18.11.21");
  EXPECT_EQ(stack.find("db-b-1")->env.at("SCOPE"), "casino");
  EXPECT_EQ(stack.component_of(*stack.find("db-b-1")).port, 8008);
  EXPECT_EQ(stack.component_of(*stack.find("db-b-1")).leads, 0);
  EXPECT_EQ(stack.component_of(*stack.find("psp")).image, "casino");
}

TEST_F(RegionsTest, NodesAreOfTheRegionTheyStandIn) {
  const Stack stack = two();
  const auto region = [&](const char* name) { return stack.region_of(*stack.find(name)); };
  EXPECT_EQ(region("db-2"), "a");
  EXPECT_EQ(region("db-b-1"), "b");
  EXPECT_EQ(region("edge-1"), "a");
  EXPECT_EQ(region("psp"), "");
  EXPECT_EQ(region("players"), "");
}

TEST_F(RegionsTest, AReferenceMeansTheTwinOfTheSameRegion) {
  const Stack stack = two();
  const auto env = [&](const char* name, const char* key) { return stack.find(name)->env.at(key); };
  EXPECT_EQ(env("wallet-1", "POSTGRES"), "198.18.1.21,198.18.2.21");
  EXPECT_EQ(env("wallet-b-1", "POSTGRES"), "198.18.11.21");
  EXPECT_EQ(env("wallet-b-1", "PSP"), "198.18.9.8");  // there is one only
  EXPECT_EQ(env("db-b-1", "MEMBERS"), "198.18.11.21");
  EXPECT_EQ(env("db-b-1", "OF"), "198.18.1.21,198.18.2.21");
  EXPECT_EQ(env("psp", "URLS"), "198.18.1.5,198.18.11.5");
  // What is chosen for a component is chosen for its twins.
  EXPECT_EQ(two({{"db.profile", "fast"}}).find("db-b-1")->env.at("TTL"), "6");
}

TEST_F(RegionsTest, WithoutTheirPartThereAreNoTwins) {
  const auto stack = make_stack(with_parts(*read("two"), {"core"}), {});
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_EQ(stack->find("db-b-1"), nullptr);
  EXPECT_TRUE(stack->component_of(*stack->find("db-1")).twins.empty());
  EXPECT_EQ(stack->find("psp")->env.at("URLS"), "198.18.1.5");
  EXPECT_EQ(stack->of_twins("db").size(), 2u);
}

TEST_F(RegionsTest, APurposeIsServedByWhoeverLeadsNow) {
  const Stack stack = two();
  const Platform platform(stack);
  EXPECT_THAT(platform.components_of(Purpose::ledger), ElementsAre("db", "db-b"));
  StackView view;
  EXPECT_FALSE(platform.holder_of(view, Purpose::ledger, Rank::leader));
  EXPECT_EQ(platform.serving_region(view), "");
  view.nodes["db-2"].role = "primary";
  view.nodes["db-2"].timeline = 1;
  EXPECT_EQ(*platform.holder_of(view, Purpose::ledger, Rank::leader), "db-2");
  EXPECT_EQ(platform.serving_region(view), "a");
  // A region that comes back and believes to lead is behind the one that was promoted.
  view.nodes["db-b-1"].role = "primary";
  view.nodes["db-b-1"].timeline = 2;
  EXPECT_EQ(*platform.holder_of(view, Purpose::ledger, Rank::leader), "db-b-1");
  EXPECT_EQ(platform.serving_region(view), "b");
  // Whoever was next in line there is not any more, though he says so.
  view.nodes["db-1"].role = "sync";
  view.nodes["db-1"].timeline = 2;
  EXPECT_FALSE(platform.holder_of(view, Purpose::ledger, Rank::second));
  view.nodes["db-b-1"].role = "";
  EXPECT_EQ(*platform.holder_of(view, Purpose::ledger, Rank::second), "db-1");
  view.nodes["db-b-1"].role = "primary";
  // Who names the twin means that one.
  EXPECT_EQ(*resolve_role(stack, view, "db-b.primary"), "db-b-1");
}

// Without a database that may be written it says that it is not well, and it is right.
TEST_F(RegionsTest, AServiceThatStandsByNeedOnlyAnswer) {
  const Stack stack = two();
  StackView view;
  for (const auto& node : stack.nodes)
    if (stack.has_container(node)) view.nodes[node.name].healthy = true;
  view.nodes["db-2"].role = "primary";
  view.nodes["wallet-1"].role = "writer";
  const auto missing = [&](const char* name) {
    const auto all = missing_redundancy(stack, view);
    return std::ranges::count(all, std::string(name) + " is not healthy");
  };
  view.nodes["wallet-b-1"].healthy = false;
  EXPECT_EQ(missing("wallet-b-1"), 1) << "it does not answer";
  view.nodes["wallet-b-1"].answers = true;
  EXPECT_EQ(missing("wallet-b-1"), 0);
  view.nodes["wallet-1"].answers = true;
  view.nodes["wallet-1"].healthy = false;
  EXPECT_EQ(missing("wallet-1"), 1) << "its region serves";
  view.nodes["db-2"].role = "standby_leader";
  view.nodes["db-b-1"].role = "primary";
  EXPECT_EQ(missing("wallet-1"), 0);
  EXPECT_EQ(missing("wallet-b-1"), 1);
  view.nodes["edge-b-1"].healthy = false;
  EXPECT_EQ(missing("edge-b-1"), 1) << "what needs no database is well or not";
}

TEST_F(RegionsTest, AStackThatHasMovedIsNotAsItWas) {
  const Stack stack = two();
  StackView view;
  view.nodes["db-1"].role = "primary";
  EXPECT_TRUE(require_first_region(stack, view));
  view.nodes["db-1"].role = "standby_leader";
  EXPECT_EQ(require_first_region(stack, view).error().message,
            "no region leads, and a did at first");
  view.nodes["db-b-1"].role = "primary";
  EXPECT_EQ(require_first_region(stack, view).error().message,
            "region b leads, and a did at first");
  EXPECT_TRUE(require_first_region(*make_stack(*read("one"), {}), view)) << "there are no regions";
}

TEST_F(RegionsTest, WhatItGoesOnFromIsThereAndAnother) {
  EXPECT_THAT(mistakes("extends: one", "extends: three"), testing::HasSubstr("two.yaml:2:10: "));
  EXPECT_THAT(mistakes("extends: one", "extends: three"), testing::HasSubstr("three.yaml"));
  EXPECT_EQ(mistakes("extends: one", "extends: two"), "two.yaml:2:10: `two` goes on from itself");
  EXPECT_EQ(mistakes("extends: one", "extends: [one]"),
            "two.yaml:2:10: `extends` must be text, not a list");
  write("one", std::string(one_text) + "extends: two\n");
  EXPECT_EQ(mistakes("stack", "stack"), "one.yaml:21:10: `two` goes on from itself");
  write("one", "");
  EXPECT_EQ(mistakes("stack", "stack"), "one.yaml:1:1: the file is empty");
}

TEST_F(RegionsTest, MistakesAreToldWhereTheyStand) {
  EXPECT_EQ(mistakes("zones: [b-2]}", "zones: [b-2], prot: 8}"),
            "two.yaml:11:66: unknown key in `component wallet-b`: `prot`, did you mean `port`?");
  std::string text = one_text;
  write("one", text.replace(text.find("port: 8080"), 4, "prot"));
  const std::string said = mistakes("stack", "stack");
  EXPECT_THAT(said,
              testing::HasSubstr("one.yaml:17:79: unknown key in `component wallet`: `prot`"));
}

TEST_F(RegionsTest, ATwinIsLikeAComponentOfAnotherRegion) {
  EXPECT_EQ(mistakes("like: wallet", "like: walet"),
            "two.yaml:11:20: unknown component `walet`, did you mean `wallet`?");
  EXPECT_EQ(mistakes("like: wallet", "like: edge-b"),
            "two.yaml:11:20: `edge-b` is itself like another: name that one");
  EXPECT_EQ(mistakes("like: wallet", "like: wallet-b"),
            "two.yaml:11:20: `wallet-b` is itself like another: name that one");
  EXPECT_EQ(mistakes("like: wallet, region: b", "like: wallet"),
            "two.yaml:11:13: `component wallet-b` lacks the key `region`");
  EXPECT_EQ(mistakes("like: wallet, region: b", "like: wallet, region: c"),
            "two.yaml:11:36: unknown region `c` (there are: a, b)");
  EXPECT_EQ(mistakes("like: wallet, region: b, part: there, zones: [b-2]",
                     "like: wallet, region: a, part: there, zones: [a-2]"),
            "two.yaml:11:3: wallet and wallet-b are both wallet of region a");
  EXPECT_EQ(mistakes("zones: [b-2]", "zones: [a-2]"),
            "two.yaml:11:3: wallet-b-1 of region b is in zone a-2, which is of region a");
}

TEST_F(RegionsTest, AZoneIsInOneRegion) {
  EXPECT_EQ(mistakes("b: [b-1, b-2]", "b: [b-1, a-2]"),
            "two.yaml:4:35: zone `a-2` is already in region a");
  EXPECT_EQ(mistakes("b: [b-1, b-2]", "b: [b-1, b-1]"),
            "two.yaml:4:35: zone `b-1` is already in region b");
  EXPECT_EQ(mistakes("b: [b-1, b-2]", "b: [b-1, b-3]"),
            "two.yaml:4:35: unknown zone `b-3`, did you mean `b-1`?");
  EXPECT_THAT(mistakes("b: [b-1, b-2]", "b: []"), testing::HasSubstr("two.yaml:4:29: `region b`"));
}

TEST_F(RegionsTest, APlaceholderNamesARegionThatThereIs) {
  std::string text = two_text;
  write("two", text.replace(text.find("{db@a|%a}"), 5, "{db@c"));
  const auto stack = make_stack(with_parts(*read("two"), {"core", "there"}), {});
  ASSERT_FALSE(stack);
  EXPECT_THAT(stack.error().message, testing::HasSubstr("names no component `db@c`"));
}

}  // namespace
}  // namespace rehearse
