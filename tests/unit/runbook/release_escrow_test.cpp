// Nodes that answer as the images' scripts do: without their key they can read nothing.
#include <gtest/gtest.h>

#include <filesystem>

#include "runbook/action.hpp"
#include "stack/secrets.hpp"
#include "tests/unit/platform/backup_nodes.hpp"

namespace rehearse {
namespace {

TEST(ReleaseEscrow, OpensWhatNobodyCouldReadAnyMore) {
  test::BackupNodes nodes;
  nodes.labels = {"B0"};
  nodes.stack.file.secrets = {{"backup-key", {}, 32, false, true}};
  nodes.stack.file.components[0].secrets = {"backup-key"};
  ASSERT_TRUE(make_secrets(nodes.stack));
  std::set<std::string> opens;
  nodes.runtime.on_exec = [&](const std::string& node,
                              const std::vector<std::string>& argv) -> Result<std::string> {
    if (argv[0] == "backup-config" && argv[1] == "no-key") opens.erase(node);
    if (argv[0] == "backup-config" && argv[1] == "backup") opens.insert(node);
    if (argv[0] == "backup-config") return "";
    if (argv[0] == "backup" && !opens.contains(node))
      return fail(ExitCode::machine, "no cipher-pass");
    return nodes.answer(node, argv);
  };
  ActionContext context{nodes.stack, {}};
  context.effects = &nodes.runtime;
  const Backups backups(nodes.runtime, nodes.stack);
  ASSERT_TRUE(backups.lose_key());
  EXPECT_FALSE(backups.has_key());
  const auto action = find_action("release_escrow")->make({"release_escrow"});
  EXPECT_FALSE(*action->seen(context));
  ASSERT_TRUE(action->give(context));
  EXPECT_TRUE(backups.has_key());
  EXPECT_EQ((*action->seen(context))->at("opens"), "B0");
}

}  // namespace
}  // namespace rehearse
