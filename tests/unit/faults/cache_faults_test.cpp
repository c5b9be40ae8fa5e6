// Losing a node of Redis, and losing what it caches.
#include <map>

#include "fault_fixture.hpp"

namespace rehearse {
namespace {

class CacheLossTest : public FaultTest {
 protected:
  CacheLossTest() : FaultTest("cache_loss") {
    view_.nodes["redis-1"].role = "replica";
    view_.nodes["redis-2"].role = "master";
  }
};

TEST_F(CacheLossTest, AimsAtTheMasterUnlessToldOtherwise) {
  const auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->target, "redis-2");
  EXPECT_EQ(planned->undo[0].action, "start");
  EXPECT_TRUE(runtime_.calls.empty());
  EXPECT_EQ(plan({{"redis-3"}, "", 0})->target, "redis-3");
}

TEST_F(CacheLossTest, IsEffectiveOnceTheNodeIsGoneAndHealedOnceItServes) {
  ASSERT_TRUE(plan());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("roles_lost"), "redis-2 master");
  runtime_.exec_answer = "LOADING Redis is loading the dataset in memory\n";
  EXPECT_FALSE(fault_->restored(runtime_));
  runtime_.exec_answer = "slave\n198.18.1.25\n6379\nconnected\n";
  EXPECT_EQ(fault_->restored(runtime_)->at("redis-2_role_again"), "replica");
}

TEST_F(CacheLossTest, WhatWasDeadBeforeIsNotOurDoing) {
  ASSERT_TRUE(plan());
  runtime_.nodes["redis-2"].running = false;
  EXPECT_FALSE(fault_->inject(runtime_));
}

TEST_F(CacheLossTest, OnlyRedisIsMeant) {
  EXPECT_FALSE(plan({{"wallet-1"}, "", 0}));
  view_.nodes["redis-2"].role = "";
  entry_.params.clear();
  EXPECT_FALSE(plan());
}

// A Redis whose two databases hold so many keys.
class CacheFlushTest : public FaultTest {
 protected:
  CacheFlushTest() : FaultTest("cache_flush") {
    view_.nodes["redis-2"].role = "master";
    runtime_.on_exec = [this](const std::string& node, const std::vector<std::string>& argv) {
      EXPECT_EQ(node, "redis-2");
      const std::string database = argv[3];
      if (argv.back() == "DBSIZE")
        return Result<std::string>(std::to_string(keys_[database]) + "\n");
      if (takes_all_) keys_["0"] = 0;
      keys_[database] = 0;
      return Result<std::string>(flush_answer_);
    };
  }
  std::map<std::string, int64_t> keys_ = {{"0", 900}, {"1", 250}};
  std::string flush_answer_ = "OK\n";
  bool takes_all_ = false;
};

TEST_F(CacheFlushTest, ForgetsTheCacheAndNothingOfCredit) {
  const auto planned = plan();
  ASSERT_TRUE(planned);
  EXPECT_TRUE(planned->undo.empty());
  EXPECT_FALSE(seen());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto evidence = seen();
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->at("cached_keys_before"), "250");
  EXPECT_EQ(evidence->at("cached_keys_after"), "0");
  EXPECT_EQ(evidence->at("credit_keys"), "900");
  EXPECT_TRUE(evidence->contains("irreversible"));
}

TEST_F(CacheFlushTest, AnEmptyCacheLosesNothing) {
  keys_["1"] = 0;
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(seen());
}

TEST_F(CacheFlushTest, ThatMoreWasFlushedIsNoSuccess) {
  takes_all_ = true;
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(fault_->effect(runtime_));
}

TEST_F(CacheFlushTest, ARefusalIsAFailedInjection) {
  flush_answer_ = "NOREPLICAS Not enough good replicas to write.\n";
  ASSERT_TRUE(plan());
  EXPECT_FALSE(fault_->inject(runtime_));
}

}  // namespace
}  // namespace rehearse
