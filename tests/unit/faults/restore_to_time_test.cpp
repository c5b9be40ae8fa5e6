// A restore begins on the node that is kept apart for it, once what it needs is archived.
#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class RestoreToTimeTest : public FaultTest {
 protected:
  RestoreToTimeTest() : FaultTest("restore_to_time") {
    entry_.params["to"] = int64_t{3'000};
    runtime_.on_exec = [this](const std::string& node,
                              const std::vector<std::string>& argv) -> Result<std::string> {
      if (node == "restore-1") {
        begun_ = argv;
        return "";
      }
      const bool asks_archiver = argv.back().find("pg_stat_archiver") != std::string::npos;
      return asks_archiver ? archived_ : "00000001000000000000000A\n";
    };
  }
  std::vector<std::string> begun_;
  std::string archived_ = "00000001000000000000000B\n";
};

TEST_F(RestoreToTimeTest, PlansAndBeginsAndTouchesNobodyElse) {
  const auto planned = plan();
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->target, "restore-1");
  EXPECT_TRUE(planned->undo.empty());
  EXPECT_TRUE(runtime_.calls.empty());
  ASSERT_TRUE(fault_->inject(runtime_));
  ASSERT_EQ(begun_.size(), 3u);
  ASSERT_TRUE(seen());
  EXPECT_EQ(seen()->at("to"), begun_[2]);
  EXPECT_EQ(seen()->at("of"), "postgres-2");
  EXPECT_FALSE(fault_->disruptive());
  EXPECT_TRUE(fault_->restored(runtime_));
}

TEST_F(RestoreToTimeTest, WithoutANodeForItOrAPrimaryThereIsNone) {
  view_.nodes["postgres-2"].role = "replica";
  EXPECT_FALSE(plan());
  view_.nodes["postgres-2"].role = "primary";
  stack_.file.backups = {};
  EXPECT_EQ(plan().error().message, "the stack has no node that restores go to");
}

}  // namespace
}  // namespace rehearse
