#include "runtime/podman/address_book.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"
#include "runtime/effects.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

NetworkSpec network(const std::vector<std::string>& zones, const std::string& control) {
  NetworkSpec spec{"it", "10.9.0.0/16", control, zones, {}};
  spec.nodes.push_back({"psp-a", "10.9.8.81", "", {}, {}, {}});
  spec.nodes.push_back({"etcd-1", "10.9.1.11", "", {}, {}, {}});
  return spec;
}

class AddressBookTest : public testing::Test {
 protected:
  AddressBookTest() {
    book_ = AddressBook(dir_ + "/state/nodes.network");
    written_ = book_.write(network({"10.9.1.0/24", "10.9.8.0/24"}, "10.9.255.1"));
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();

  AddressBook book_{""};
  Status written_;
};

TEST_F(AddressBookTest, AnotherProcessFindsWhatOneHasWritten) {
  ASSERT_TRUE(written_) << written_.error().message;
  const AddressBook other(dir_ + "/state/nodes.network");
  EXPECT_EQ(*other.address_of("psp-a"), "10.9.8.81");
  EXPECT_EQ(*other.ranges_of({"etcd-1", "psp-a"}),
            (std::vector<std::string>{"10.9.1.11", "10.9.8.81"}));
  EXPECT_EQ(*other.ranges_of({everyone}), std::vector<std::string>{"10.9.0.0/20"});
}

TEST_F(AddressBookTest, AJournalOfBeforeNamesRangesItself) {
  const AddressBook nothing(dir_ + "/none");
  EXPECT_EQ(*nothing.ranges_of({"198.18.0.0/17", "198.18.2.21"}),
            (std::vector<std::string>{"198.18.0.0/17", "198.18.2.21"}));
}

TEST_F(AddressBookTest, KnowsWhoseRangesTheyAre) {
  const auto peers = book_.peers();
  EXPECT_EQ(peers.at("10.9.8.81"), "psp-a");
  EXPECT_EQ(peers.at("10.9.0.0/20"), everyone);
  EXPECT_TRUE(AddressBook(dir_ + "/none").peers().empty());
}

TEST_F(AddressBookTest, WhoIsNotInItIsNamed) {
  const auto missing = book_.ranges_of({"etcd-1", "etcd-9"});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("etcd-9"), std::string::npos);
}

TEST_F(AddressBookTest, GoneWithTheNetwork) {
  ASSERT_TRUE(book_.remove());
  EXPECT_TRUE(book_.remove());  // safe to repeat
  EXPECT_FALSE(book_.address_of("psp-a"));
  EXPECT_FALSE(book_.ranges_of({everyone}));
}

TEST_F(AddressBookTest, DamageIsSaidAndNotGuessedAt) {
  ASSERT_TRUE(write_file_atomically(dir_ + "/state/nodes.network", "{\"nodes\": 7}"));
  EXPECT_NE(book_.address_of("psp-a").error().message.find("damaged"), std::string::npos);
}

TEST(ZonesRange, IsTheSmallestPrefixOfAllZonesWithoutTheControlNetwork) {
  const std::vector<std::string> zones = {"10.9.1.0/24", "10.9.2.0/24", "10.9.7.0/24",
                                          "10.9.9.0/24"};
  EXPECT_EQ(*zones_range_of(network(zones, "10.9.255.1")), "10.9.0.0/20");
  EXPECT_EQ(*zones_range_of(network({"10.9.1.0/24"}, "10.9.255.1")), "10.9.1.0/24");
  for (const char* control : {"10.9.15.1", "10.9.3.1", "nonsense"})
    EXPECT_FALSE(zones_range_of(network(zones, control))) << control;
  for (const char* zone : {"10.9.1.0/33", "10.9.1.0/x", "az-1", ""})
    EXPECT_FALSE(zones_range_of(network({zone}, "10.9.255.1"))) << zone;
  EXPECT_FALSE(zones_range_of(network({}, "10.9.255.1")));
}

}  // namespace
}  // namespace rehearse
