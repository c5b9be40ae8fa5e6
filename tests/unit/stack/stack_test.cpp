#include "stack/stack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "casino/common/planted_bug.hpp"
#include "scenario/stack_parts.hpp"
#include "stack/observer.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

StackFile shipped() {
  auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml");
  EXPECT_TRUE(file) << file.error().message;
  return *file;
}

// Everything healthy, roles taken, replicas following.
StackView whole_view(const Stack& stack) {
  StackView view;
  view.behind["kafka"] = 0;
  for (const auto& node : stack.nodes)
    if (stack.has_container(node)) view.nodes[node.name].healthy = true;
  const auto set = [&](const char* name, const char* role) {
    auto& node = view.nodes.at(name);
    node.role = role;
    node.timeline = 3;
  };
  set("postgres-1", "primary");
  set("postgres-2", "sync");
  set("postgres-3", "replica");
  set("wallet-2", "writer");
  set("relay-1", "active");
  set("credit-1", "active");
  view.nodes.at("postgres-1").streaming = {"postgres-2", "postgres-3"};
  set("redis-1", "master");
  view.nodes.at("redis-1").streaming = {"198.18.2.25", "198.18.3.25"};
  for (const char* name : {"redis-2", "redis-3"}) {
    set(name, "replica");
    view.nodes.at(name).state = "connected";
    view.nodes.at(name).follows = "198.18.1.25";
  }
  return view;
}

TEST(Stack, TheShippedOneHasThreeZonesOfRealProgramsAndAPlayersNamespace) {
  const auto stack = make_stack(shipped(), {});
  ASSERT_TRUE(stack) << stack.error().message;
  for (const char* zone : {"az-1", "az-2", "az-3"}) {
    std::set<std::string> components;
    for (const auto* node : stack->in_zone(zone)) components.insert(node->component);
    for (const char* component : {"etcd", "postgres", "kafka", "wallet"})
      EXPECT_TRUE(components.contains(component)) << zone << " lacks " << component;
  }
  EXPECT_EQ(stack->of_component("edge").size(), 2u);
  EXPECT_EQ(stack->of_component("psp").size(), 2u);
  // Players come from outside, where nothing of ours runs; what they meet first is not ours either.
  EXPECT_FALSE(stack->has_container(*stack->find("players")));
  EXPECT_EQ(stack->of_component(stack->file.edge_component).front()->zone, "internet");
  EXPECT_EQ(stack->find("players")->address, "198.18.9.91");
  const auto nodes = network_of(*stack, {}).nodes;
  const auto reaches_of = [&](const char* name) {
    return std::ranges::find(nodes, name, &NodeSpec::name)->reaches;
  };
  EXPECT_EQ(reaches_of("restore-1"), (std::vector<std::string>{"198.18.6.10"}));
  EXPECT_FALSE(reaches_of("wallet-1"));
  const auto reads_logs = [&](const NodeSpec& node) {
    return std::ranges::any_of(node.read_only_mounts, [](const auto& mount) {
      return mount == std::pair<std::string, std::string>("/logs", "/run/logs");
    });
  };
  for (const NodeSpec& node : network_of(*stack, {{}, "", "/logs"}).nodes)
    EXPECT_EQ(reads_logs(node), node.name == "keeper-1") << node.name;
  StackFile without_store = shipped();
  std::erase_if(without_store.components, [](const auto& one) { return one.name == "s3"; });
  without_store.left_out.insert("s3");
  const auto apart = network_of(*make_stack(without_store, {}), {}).nodes;
  EXPECT_EQ(std::ranges::find(apart, "restore-1", &NodeSpec::name)->reaches,
            std::vector<std::string>());
  // Who decides on credit comes before the others.
  const auto shares = [&](const char* name) {
    return std::ranges::find(nodes, name, &NodeSpec::name)->cpu_shares;
  };
  EXPECT_GT(shares("redis-1"), shares("wallet-1"));
  EXPECT_GT(shares("wallet-1"), 1024);
  EXPECT_EQ(shares("clickhouse-1"), 0);  // the engine's own
}

TEST(Stack, TextsOfOtherNodesAreExpanded) {
  const auto stack = make_stack(shipped(), {});
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->find("kafka-2")->env.at("VOTERS"),
            "1@198.18.1.31:9093,2@198.18.2.31:9093,3@198.18.3.31:9093");
  EXPECT_EQ(stack->find("kafka-2")->env.at("NODE_ID"), "2");
  EXPECT_EQ(stack->find("psp-b")->env.at("PROVIDER"), "psp-b");
  EXPECT_EQ(stack->find("wallet-1")->env.at("PGDATABASE"), "casino");  // through the YAML anchor
}

TEST(Stack, StockSafeIsTheDefaultProfileAndFastIsChosenBySetting) {
  EXPECT_EQ(make_stack(shipped(), {})->find("postgres-1")->env.at("TTL"), "20");
  const auto fast = make_stack(shipped(), {{"postgres.profile", "fast"}});
  EXPECT_EQ(fast->find("postgres-1")->env.at("TTL"), "6");
  EXPECT_FALSE(fast->find("etcd-1")->env.contains("TTL"));
}

TEST(Stack, AnUnknownSettingOrValueIsAnErrorOfUsage) {
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"postgres.speed", "fast"}, {"postgres.profile", "ludicrous"}}) {
    const auto stack = make_stack(shipped(), {{key, value}});
    ASSERT_FALSE(stack);
    EXPECT_EQ(stack.error().code, ExitCode::usage);
  }
}

// A canary whose bug nobody has would be green, and one that is planted by default worse.
TEST(Stack, NoBugIsPlantedUnlessASettingSaysSo) {
  using casino::PlantedBug;
  const std::map<std::string, std::pair<std::string, std::vector<PlantedBug>>> roles = {
      {"wallet.bug",
       {"wallet-1",
        {PlantedBug::ack_before_commit, PlantedBug::key_after_effect, PlantedBug::no_epoch_check,
         PlantedBug::resets_day}}},
      {"cashier.bug",
       {"cashier-1",
        {PlantedBug::pays_twice, PlantedBug::no_webhook_dedup, PlantedBug::retry_storm,
         PlantedBug::skips_screening, PlantedBug::stale_claims, PlantedBug::charges_another,
         PlantedBug::rewrites_events, PlantedBug::ignores_freeze}}},
      {"psp.bug", {"psp-a", {PlantedBug::reuses_events}}},
      {"table.bug", {"table-1", {PlantedBug::late_bets}}},
      {"relay.bug", {"relay-1", {PlantedBug::loses_rows}}},
      {"credit.bug", {"credit-1", {PlantedBug::no_wait}}}};
  for (const auto& [setting, role] : roles) {
    const auto& [node, bugs] = role;
    EXPECT_EQ(make_stack(shipped(), {})->find(node)->env.at("BUG"), "none");
    EXPECT_EQ(shipped().settings.at(setting).values.size(), bugs.size() + 1);
    for (const PlantedBug bug : bugs) {
      const std::string name(casino::name_of(bug));
      const auto stack = make_stack(shipped(), {{setting, name}});
      ASSERT_TRUE(stack) << stack.error().message;
      EXPECT_EQ(stack->find(node)->env.at("BUG"), name);
    }
  }
}

TEST(Stack, WhoIsToLeadIsWhoMakesTheCluster) {
  const auto stack = make_stack(shipped(), {});
  ASSERT_TRUE(stack) << stack.error().message;
  const auto nodes = stack->of_component("postgres");
  const int leads = stack->component_of(*nodes.at(0)).leads;
  for (const Node* node : nodes)
    EXPECT_TRUE(node->env.at("MEMBERS").starts_with(nodes.at(leads - 1)->address + ","));
}

// What is said of a small stack, after the path of its file or of its platform's. `edge` goes on
// with the edge, `more` with the stack, `platform` with the platform.
std::string mistakes_in(const std::string& edge, const std::string& more = "",
                        const std::string& platform = "") {
  const test::TemporaryFolder folder;
  const std::string dir = folder.path();
  for (const char* folder : {"/stacks", "/platforms"})
    std::filesystem::create_directories(dir + folder);
  const std::string path = dir + "/stacks/small.yaml";
  std::ofstream(path) << "stack: small\nplatform: tiny\nsubnet: 198.18.0.0/16\n"
                         "control: 198.18.255.1\n"
                         "zones: {az-1: 198.18.1.0/24}\nedge: edge\nplayers: edge-1\n"
                         "components:\n  edge: {image: haproxy, zones: [az-1], host: 5"
                      << edge << "}\n"
                      << more;
  const std::string platform_path = dir + "/platforms/tiny.yaml";
  std::ofstream(platform_path) << "platform: tiny\n"
                                  "books: {sql: {component: edge, user: u, password: p, database: "
                                  "d, tables: {}}}\n"
                               << platform;
  const auto file = read_stack_file(path);
  std::string text = file ? "" : file.error().message;
  for (const auto& known : {path, platform_path})
    for (size_t at = 0; (at = text.find(known, at)) != std::string::npos;)
      text.erase(at, known.size());
  return text;
}

TEST(StackFile, AnUnknownKeyIsNamedWithItsPlaceAndASuggestion) {
  EXPECT_EQ(mistakes_in(""), "");
  EXPECT_EQ(mistakes_in(", prot: 80"),
            ":9:50: unknown key in `component edge`: `prot`, did you mean `port`?");
}

TEST(StackFile, AllMistakesAreToldNotTheFirst) {
  EXPECT_EQ(mistakes_in(", port: http, cpu_share: 5", "", "targets: {cancel: {component: cdn}}\n"),
            ":9:56: `port` must be a whole number from 1 to 65535, not `http`\n"
            ":9:62: unknown key in `component edge`: `cpu_share`, did you mean `cpu_shares`?\n"
            ":3:31: unknown component `cdn` (there are: edge)");
}

TEST(StackFile, APlatformIsNamedByItsStackAndByItself) {
  EXPECT_EQ(mistakes_in("", "", "title: [a]\n"), ":3:8: `title` must be text, not a list");
  const auto file = shipped();
  EXPECT_EQ(file.platform, "casino");
  EXPECT_TRUE(file.platform_path.ends_with("/fixtures/platforms/casino.yaml"));
  EXPECT_FALSE(file.books.sql.empty());
}

TEST(StackFile, SharesOfTheProcessorsAreTheKernels) {
  EXPECT_EQ(mistakes_in(", cpu_shares: 1"),
            ":9:62: `cpu_shares` must be a whole number from 2 to 262144, not `1`");
}

TEST(StackFile, AddressesAndNamesOfNodesAreTheirOwn) {
  const std::string nodes =
      "settings: {edg.bug: {default: none}}\n"
      "secrets: {edge: {random: 8}, psp: {}}\n";
  EXPECT_EQ(mistakes_in("}\n  cdn: {nodes: {edge-1: {zone: az-1, host: 5}}", nodes),
            ":10:3: edge-1 has the address of edge-1\n:10:3: two nodes are called `edge-1`\n"
            ":11:12: unknown component `edg`, did you mean `edge`?\n"
            ":12:26: `random` must be a whole number from 16 to 1024, not `8`\n"
            ":12:35: secret psp is a `certificate` for host names or some bytes that are `random`");
}

TEST(StackFile, AResetNamesComponentsThatItAlsoStops) {
  const auto error = [](const std::string& reset) {
    return mistakes_in("", "", "reset: " + reset);
  };
  EXPECT_EQ(error("{stop: [edge], data: [edge], sql: [SELECT 1]}"), "");
  EXPECT_EQ(error("{stop: [edgy]}"), ":3:16: unknown component `edgy`, did you mean `edge`?");
  EXPECT_EQ(error("{stop: [], data: [edge]}"),
            ":3:25: reset wipes the data of `edge`, which it does not stop");
  EXPECT_EQ(error("{stop: [edge], topic: [a]}"),
            ":3:23: unknown key in `reset`: `topic`, did you mean `topics`?");
  EXPECT_EQ(error("{sql: [SELECT 1]}"), ":3:8: `reset` lacks the key `stop`");
}

TEST(Stack, PlaceholdersOfPartsThatAreLeftOutAreEmpty) {
  const auto stack = make_stack(with_parts(shipped(), {"core"}), {});
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_FALSE(stack->find("kyc-1"));
  const auto& cashier = stack->find("cashier-1")->env;
  EXPECT_EQ(cashier.at("PROVIDERS"), "psp-a=egress:9081,psp-b=egress:9082");
  for (const char* name : {"KYC", "CHAINS", "AUDITORS"}) EXPECT_EQ(cashier.at(name), "") << name;
  EXPECT_NE(stack->find("edge-1")->env.at("ROUTES").find("credit /v1/credit/ ;"),
            std::string::npos);
  EXPECT_EQ(stack->find("egress-1")->env.at("PARTIES"),
            "9081 psp-a 198.18.8.81:8443,9082 psp-b 198.18.8.82:8443");
  // The first of a list as well.
  const auto games = make_stack(with_parts(shipped(), {"core", "reporting", "lobby"}), {});
  EXPECT_EQ(games->find("lobby-1")->env.at("PROVIDERS"), cashier.at("PROVIDERS"));
}

TEST(Stack, ANodeMayHaveAnEnvironmentOfItsOwn) {
  const auto stack = make_stack(shipped(), {});
  const Node *first = stack->find("desk-1"), *second = stack->find("desk-2");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->env.at("OFFICER"), "officer-1");
  EXPECT_EQ(second->env.at("OFFICER"), "officer-2");
  EXPECT_EQ(first->env.at("PGUSER"), second->env.at("PGUSER"));
  for (const auto& [name, value] : first->env)
    EXPECT_NE(value, second->env.at("OFFICER_KEY")) << name;
}

TEST(MissingRedundancy, NothingIsMissingFromAWholeStack) {
  const auto stack = make_stack(shipped(), {});
  EXPECT_TRUE(missing_redundancy(*stack, whole_view(*stack)).empty());
}

TEST(MissingRedundancy, EachWayOfNotBeingWholeIsNamed) {
  const auto stack = make_stack(shipped(), {});
  const auto whole = whole_view(*stack);
  const auto missing = [&](auto change) {
    auto view = whole;
    change(view);
    return missing_redundancy(*stack, view);
  };
  EXPECT_EQ(missing([](auto& v) { v.nodes["etcd-2"].healthy = false; }).size(), 1u);
  EXPECT_FALSE(missing([](auto& v) { v.nodes["postgres-2"].role = "replica"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["postgres-3"].role = "primary"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["postgres-1"].streaming.pop_back(); }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["postgres-3"].timeline = 2; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["wallet-2"].role = "standby"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["wallet-1"].role = "writer"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["redis-2"].role = "master"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["redis-2"].state = "sync"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["redis-2"].follows = "198.18.3.25"; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes["redis-1"].streaming.pop_back(); }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.behind["kafka"] = 1; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.behind["kafka"] = std::nullopt; }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.behind.clear(); }).empty());
  EXPECT_FALSE(missing([](auto& v) { v.nodes.erase("etcd-2"); }).empty());
}

TEST(IsWhole, AComponentIsByItselfAndByLooksThatBeganSince) {
  const auto stack = make_stack(shipped(), {});
  auto view = whole_view(*stack);
  const auto& components = stack->file.components;
  const auto postgres = std::ranges::find(components, "postgres", &ComponentEntry::name);
  for (auto& [name, node] : view.nodes) node.seen_ns = name.starts_with("postgres") ? 7 : 3;
  EXPECT_TRUE(is_whole(*stack, view, 3));
  EXPECT_FALSE(is_whole(*stack, view, 7)) << "what was seen before says nothing about now";
  EXPECT_TRUE(is_whole(*stack, view, 7, &*postgres));
  EXPECT_FALSE(is_whole(*stack, view, 8, &*postgres));
  view.nodes["wallet-1"].healthy = false;
  EXPECT_FALSE(is_whole(*stack, view, 0));
  EXPECT_TRUE(is_whole(*stack, view, 0, &*postgres));
  view.nodes["postgres-2"].role = "replica";
  EXPECT_FALSE(is_whole(*stack, view, 0, &*postgres));
}

TEST(MissingRedundancy, WithoutSynchronousReplicationNoSyncStandbyIsExpected) {
  const auto stack = make_stack(shipped(), {{"postgres.synchronous", "off"}});
  auto view = whole_view(*stack);
  view.nodes["postgres-2"].role = "replica";
  EXPECT_TRUE(missing_redundancy(*stack, view).empty());
}

TEST(ResolveRole, OfTwoThatClaimItTheNewerTimelineIsRight) {
  const auto stack = make_stack(shipped(), {});
  auto view = whole_view(*stack);
  EXPECT_EQ(*resolve_role(*stack, view, "postgres.primary"), "postgres-1");
  view.nodes["postgres-3"].role = "primary";
  view.nodes["postgres-3"].timeline = 4;
  EXPECT_EQ(*resolve_role(*stack, view, "postgres.primary"), "postgres-3");
}

TEST(ResolveRole, NobodyInTheRoleIsInconclusive) {
  const auto stack = make_stack(shipped(), {});
  const auto nobody = resolve_role(*stack, StackView{}, "postgres.primary");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ExitCode::inconclusive);
}

}  // namespace
}  // namespace rehearse
