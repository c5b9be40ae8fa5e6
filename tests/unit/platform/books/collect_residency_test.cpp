// Each region is asked for what lies in it; without one of them there is no book.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "platform/platform.hpp"
#include "scenario/stack_parts.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

Stack two_regions(const std::vector<std::string>& parts) {
  const auto file = read_stack_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/two-region.yaml");
  return *make_stack(with_parts(*file, parts), {});
}

const std::vector<std::string> with_vaults = {"core", "screening", "region-b", "residency"};

TEST(CollectResidency, OfEachRegionItsOwnDatabasesAndItsOwnLog) {
  const Stack stack = two_regions(with_vaults);
  const BooksSource source = Platform(stack).books_source({});
  const auto& regions = source.residency.regions;
  ASSERT_EQ(regions.size(), 2u);
  EXPECT_EQ(regions[0].region, "a");
  EXPECT_EQ(regions[0].ledger.size(), 3u);
  ASSERT_EQ(regions[1].vault.size(), 1u);
  EXPECT_EQ(regions[1].vault[0].address, stack.find("vault-b-1")->address);
  EXPECT_EQ(regions[1].vault[0].port, 5432);
  EXPECT_EQ(regions[1].kafka_bootstrap, stack.find("kafka-b-1")->address + ":9092");
  EXPECT_TRUE(source.residency.sql.contains("residency_reads"));
  EXPECT_FALSE(source.sql.contains("residency")) << "the ledger has nothing of it";
}

TEST(CollectResidency, WithoutVaultsTheLedgerIsAskedAsInOneRegion) {
  const Stack stack = two_regions({"core", "screening", "region-b"});
  const BooksSource source = Platform(stack).books_source({});
  EXPECT_TRUE(source.residency.regions.empty());
  EXPECT_TRUE(source.sql.contains("residency"));
}

// What opens a region's records, and who may ask for them, is of that region alone.
TEST(CollectResidency, AVaultIsOpenToItsOwnRegionsGateOnly) {
  const Stack stack = two_regions(with_vaults);
  for (const auto& [gate, vault, other] :
       {std::tuple("kyc", "vault-1", "kyc-b"), std::tuple("kyc-b", "vault-b-1", "kyc")}) {
    const auto& clients = stack.find(vault)->env.at("CLIENTS");
    for (const Node* node : stack.of_component(gate)) {
      EXPECT_THAT(clients, testing::HasSubstr(node->address));
      EXPECT_EQ(node->env.at("VAULT"), stack.find(vault)->address);
    }
    for (const Node* node : stack.of_component(other))
      EXPECT_THAT(clients, testing::Not(testing::HasSubstr(node->address)));
  }
  for (const char* key : {"vault-a", "vault-b"}) {
    std::set<std::string> regions;
    for (const Node& node : stack.nodes) {
      const auto& secrets = stack.component_of(node).secrets;
      if (std::ranges::find(secrets, key) != secrets.end()) regions.insert(stack.region_of(node));
    }
    EXPECT_EQ(regions, std::set<std::string>{std::string(key).substr(6)}) << key;
  }
}

TEST(CollectResidency, ARegionThatCannotBeAskedLeavesNoBookThatLooksWhole) {
  const test::TemporaryFolder folder;
  const std::string& dir = folder.path();
  BooksSource source;
  source.residency.sql = {{"residency", "SELECT"}};
  source.residency.regions = {{"a",
                               {{"127.0.0.1", "u", "p", "d", 1}, {"127.0.0.1", "u", "p", "d", 1}},
                               {{"127.0.0.1", "u", "p", "d", 1}},
                               ""}};
  EXPECT_THAT(
      collect_books(source, dir),
      testing::ElementsAre(testing::HasSubstr("book residency cannot be had from the vault"),
                           testing::HasSubstr("region a cannot be searched")));
  EXPECT_TRUE(std::filesystem::is_empty(dir));
}

}  // namespace
}  // namespace rehearse
