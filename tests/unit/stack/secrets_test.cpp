// A stack's secrets: who gets which, and what a renewal changes.
#include "stack/secrets.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/certificates.hpp"
#include "base/files.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class Secrets : public testing::Test {
 protected:
  Secrets() {
    stack_.file.name = "test";
    stack_.secrets_dir = dir_;
    stack_.file.secrets = {{"play", {"play.test"}, 0}, {"hook", {}, 32}};
    add("edge", {"play"});
    add("cashier", {"hook"});
    add("psp", {"hook"});
  }

  void add(const std::string& name, const std::vector<std::string>& secrets) {
    ComponentEntry component;
    component.name = name;
    component.secrets = secrets;
    stack_.file.components.push_back(component);
    const auto host = std::to_string(stack_.nodes.size() + 1);
    stack_.nodes.push_back({name + "-1", name, "az-1", "198.18.1." + host, 1, {}});
  }
  std::string text(const std::string& file) { return read_file(dir_ + "/" + file).value_or(""); }
  std::set<std::string> files(const std::string& node) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ + "/" + node))
      names.insert(entry.path().filename());
    return names;
  }

  const test::TemporaryFolder folder_;
  const std::string dir_ = folder_.path();
  Stack stack_;
};

TEST_F(Secrets, EachNodeGetsItsOwnAndTheAuthority) {
  ASSERT_TRUE(make_secrets(stack_));
  EXPECT_EQ(files("edge-1"), (std::set<std::string>{"ca.pem", "play.pem"}));
  EXPECT_EQ(files("psp-1"), (std::set<std::string>{"ca.pem", "hook"}));
  EXPECT_EQ(text("psp-1/hook").size(), 64u);
  EXPECT_EQ(text("psp-1/hook"), text("cashier-1/hook"));
  EXPECT_EQ(text("edge-1/ca.pem"), text("authority.pem"));
  EXPECT_EQ(text("edge-1/play.pem").find("BEGIN CERTIFICATE") != std::string::npos, true);
}

TEST_F(Secrets, ARenewedCertificateIsAnotherOne) {
  ASSERT_TRUE(make_secrets(stack_));
  const auto before = serial_of(text("edge-1/play.pem")).value();
  ASSERT_TRUE(renew_secret(stack_, "play"));
  EXPECT_NE(serial_of(text("edge-1/play.pem")).value(), before);
  EXPECT_EQ(serial_of(text("edge-1/play.pem")).value(), serial_of_secret(stack_, "play").value());
  EXPECT_EQ(files("edge-1"), (std::set<std::string>{"ca.pem", "play.pem"})) << "no leftovers";
}

TEST_F(Secrets, ARenewedRandomTextKeepsTheOneBefore) {
  ASSERT_TRUE(make_secrets(stack_));
  const auto before = text("psp-1/hook");
  ASSERT_TRUE(renew_secret(stack_, "hook"));
  EXPECT_NE(text("psp-1/hook"), before);
  EXPECT_EQ(text("psp-1/hook.previous"), before);
  EXPECT_EQ(text("cashier-1/hook"), text("psp-1/hook"));
}

TEST_F(Secrets, NobodyElseMayReadThem) {
  ASSERT_TRUE(make_secrets(stack_));
  using std::filesystem::perms;
  for (const char* file : {"authority.key", "edge-1/play.pem", "psp-1/hook"})
    EXPECT_EQ(std::filesystem::status(dir_ + "/" + file).permissions() & perms::others_all,
              perms::none)
        << file;
}

TEST_F(Secrets, WhatIsLostComesBackFromEscrow) {
  stack_.file.secrets[1].escrow = true;
  ASSERT_TRUE(make_secrets(stack_));
  const auto before = text("psp-1/hook");
  ASSERT_TRUE(lose_secret(stack_, "hook"));
  EXPECT_EQ(files("psp-1"), (std::set<std::string>{"ca.pem"}));
  EXPECT_EQ(files("cashier-1"), (std::set<std::string>{"ca.pem"}));
  EXPECT_EQ(files("edge-1").size(), 2u);
  ASSERT_TRUE(release_secret(stack_, "hook"));
  EXPECT_EQ(text("psp-1/hook"), before);
  EXPECT_EQ(text("cashier-1/hook"), before);
  EXPECT_FALSE(std::filesystem::exists(dir_ + "/edge-1/hook"));
  EXPECT_EQ(release_secret(stack_, "play").error().code, ExitCode::machine);
}

TEST_F(Secrets, WhatIsNotThereCannotBeRenewed) {
  ASSERT_TRUE(make_secrets(stack_));
  EXPECT_EQ(renew_secret(stack_, "plai").error().code, ExitCode::usage);
  stack_.secrets_dir += "/nowhere";
  EXPECT_EQ(renew_secret(stack_, "play").error().code, ExitCode::machine);
}

class SecretEntries : public testing::Test {
 protected:
  std::string refusal(const std::string& from, const std::string& to) {
    auto text = read_file(REHEARSE_SOURCE_DIR "/fixtures/stacks/one-region.yaml").value();
    text.replace(text.find(from), from.size(), to);
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/one-region.yaml";
    std::ofstream(path) << text;
    const auto read = read_stack_file(path);
    return read ? "" : read.error().message;
  }
};

TEST_F(SecretEntries, MistakesAreNamed) {
  const std::string secrets = "\nsecrets:\n";
  EXPECT_NE(refusal(secrets, secrets + "  extra: {random: 8}\n").find("16 to 1024"),
            std::string::npos);
  EXPECT_NE(refusal(secrets, secrets + "  extra: {}\n").find("`certificate`"), std::string::npos);
  const std::string kafka = "\n  kafka:\n";
  EXPECT_NE(refusal(kafka, kafka + "    secrets: [nothing]\n").find("unknown secret `nothing`"),
            std::string::npos);
  EXPECT_NE(refusal(kafka, kafka + "    tls_port: 8443\n").find("no certificate"),
            std::string::npos);
}

}  // namespace
}  // namespace rehearse
