// What people press at a terminal, and when it counts.
#include "runbook/table_top.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "runbook_fixture.hpp"

namespace rehearse::runbook_test {
namespace {

class TableTopTerminal : public RunbookTest {
 protected:
  void SetUp() override {
    keyboard_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(keyboard_, 0);
    ASSERT_EQ(::grantpt(keyboard_), 0);
    ASSERT_EQ(::unlockpt(keyboard_), 0);
    terminal_ = ::open(::ptsname(keyboard_), O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal_, 0);
    hands_ = table_top_hands(terminal_, [](const std::string&) {});
  }
  void TearDown() override {
    ::close(terminal_);
    ::close(keyboard_);
  }
  // Returns once it has come to where it is read.
  void press_enter() const {
    ASSERT_EQ(::write(keyboard_, "\n", 1), 1);
    pollfd waited{terminal_, POLLIN, 0};
    ASSERT_EQ(::poll(&waited, 1, 10'000), 1);
  }
  bool is_done() { return (*hands_->seen()).has_value(); }

  int keyboard_ = -1, terminal_ = -1;
  std::unique_ptr<StepHands> hands_;
};

TEST_F(TableTopTerminal, WhatWasPressedBeforeTheStepActsDoesNotCount) {
  for (const bool is_given : {false, true}) {
    press_enter();
    hands_->begin(runbook_.steps[0]);
    press_enter();  // while its approval is awaited
    if (is_given) {
      ASSERT_TRUE(hands_->give(runbook_.steps[0].action));
    }
    EXPECT_FALSE(is_done());
    press_enter();
    EXPECT_TRUE(is_done());
  }
}

TEST_F(TableTopTerminal, WhatWasPressedBeforeAnUndoDoesNotCountForIt) {
  hands_->begin(runbook_.steps[0]);
  EXPECT_FALSE(is_done());
  press_enter();
  ASSERT_TRUE(hands_->give(runbook_.steps[0].undo));
  EXPECT_FALSE(is_done());
}

}  // namespace
}  // namespace rehearse::runbook_test
