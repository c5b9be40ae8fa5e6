#include "base/result.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rehearse {
namespace {

TEST(Worse, OrdersEveryExitCodeWhicheverComesFirst) {
  using enum ExitCode;
  constexpr std::array worst_first = {interrupted, bug,          machine, usage,
                                      failed,      inconclusive, expected};
  for (size_t i = 0; i < worst_first.size(); ++i)
    for (size_t j = i; j < worst_first.size(); ++j) {
      EXPECT_EQ(worse(worst_first[i], worst_first[j]), worst_first[i]);
      EXPECT_EQ(worse(worst_first[j], worst_first[i]), worst_first[i]);
    }
}

}  // namespace
}  // namespace rehearse
