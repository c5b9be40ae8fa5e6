// Completion and manual: they name what --help names, and shells take them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rehearse_says.hpp"
#include "runtime/command.hpp"

namespace rehearse {
namespace {

using testing::HasSubstr;

std::string printed_by(const std::vector<std::string>& words) {
  const auto said = test::rehearse_says(words);
  EXPECT_EQ(said.exit, ExitCode::expected) << said.err;
  return said.out;
}

// What bash would offer behind these words.
std::string offered(const std::string& words, int at) {
  const std::string script = printed_by({"completion", "bash"}) + "COMP_WORDS=(" + words +
                             ") COMP_CWORD=" + std::to_string(at) +
                             "; _rehearse; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const auto said = run_checked({"bash", "-s"}, 10'000, script);
  EXPECT_TRUE(said) << said.error().message;
  return said.value_or("");
}

TEST(Completion, OffersVerbsOptionsAndWords) {
  EXPECT_EQ(offered("rehearse ver", 1), "verify\n");
  EXPECT_EQ(offered("rehearse run --sig", 2), "--sign-key\n");
  EXPECT_THAT(offered("rehearse list pro", 2), HasSubstr("profiles"));
}

TEST(Completion, ZshTakesItAsBashDoes) {
  EXPECT_THAT(printed_by({"completion", "zsh"}), HasSubstr("bashcompinit"));
}

TEST(Man, NamesEveryVerbAndItsOptions) {
  const std::string page = printed_by({"man"});
#define VERB(name, summary) \
  EXPECT_EQ(*summary != '\0', page.find("\n.SS " #name) != std::string::npos) << #name;
#include "cli/verbs.def"
#undef VERB
  EXPECT_THAT(page, HasSubstr("\n.B \\-\\-sign\\-key\n"));
}

}  // namespace
}  // namespace rehearse
