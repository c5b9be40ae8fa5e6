#include "engine/live_view.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace rehearse {
namespace {

TEST(LiveView, OnlyATerminalThatSaysWhichObeysEscapes) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const char* before = std::getenv("TERM");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TERM", "xterm", 1);
  EXPECT_TRUE(obeys_escapes(terminal));
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(obeys_escapes(terminal));
  ::setenv("TERM", "", 1);
  EXPECT_FALSE(obeys_escapes(terminal));
  ::unsetenv("TERM");
  EXPECT_FALSE(obeys_escapes(terminal));
  ::setenv("TERM", "xterm", 1);
  const int nothing = ::open("/dev/null", O_RDWR);
  EXPECT_FALSE(obeys_escapes(nothing));
  ::close(nothing);
  ::close(terminal);
  if (before == nullptr)
    ::unsetenv("TERM");
  else
    ::setenv("TERM", kept.c_str(), 1);
}

}  // namespace
}  // namespace rehearse
