// The papers hold what they promise: short, links and paths that lead somewhere, examples that are
// read as they stand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/cli.hpp"
#include "cli/profiles.hpp"
#include "markdown.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

using namespace docs;
namespace fs = std::filesystem;

// As hosts of repositories make anchors of headings.
std::set<std::string> anchors_of(const std::string& page) {
  std::set<std::string> anchors;
  for (const auto& line : lines_of(text_of(page))) {
    if (!line.starts_with("#")) continue;
    std::string anchor;
    for (const char c : line.substr(line.find_first_not_of("# "))) {
      if (c == ' ') anchor += '-';
      if (c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c))) {
        anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

TEST(Papers, TheReadmeIsShort) {
  const std::string readme = text_of("README.md");
  EXPECT_LE(lines_of(readme).size(), 150u);
  for (const char* command : {"rehearse run", "rehearse test"}) {
    EXPECT_NE(readme.find(command), std::string::npos) << command;
  }
}

TEST(Papers, EveryLinkLeadsSomewhere) {
  for (const auto& page : pages()) {
    const std::string folder = fs::path(page).parent_path().string();
    for (const auto& link : captured(text_of(page), "\\]\\(([^)\\s]+)\\)")) {
      if (link.find("://") != std::string::npos) continue;
      const size_t hash = std::min(link.find('#'), link.size());
      const std::string file = link.substr(0, hash);
      const std::string target =
          file.empty() ? page : (fs::path(folder) / file).lexically_normal().string();
      EXPECT_TRUE(fs::exists(path_of(target))) << page << ": " << link;
      if (hash == link.size()) continue;
      EXPECT_TRUE(anchors_of(target).contains(link.substr(hash + 1))) << page << ": " << link;
    }
  }
}

// A path in code type is of the tree as it is. NAME and its like stand for something; what a recipe
// is about to add stands before its block.
TEST(Papers, EveryPathIsThere) {
  for (const auto& page : pages()) {
    for (const auto& path :
         captured(prose_of(page),
                  "`((?:harness|tests|docs|scenarios|fixtures|reports)/[a-z0-9_./-]*)`")) {
      EXPECT_TRUE(fs::exists(path_of(path))) << page << ": " << path;
    }
  }
}

// Written to a file of its own name, as a reader would.
template <typename Load>
void expect_valid(const std::string& page, const std::string& yaml, Load load) {
  const std::string name = captured(yaml, "^[a-z]+: *([^\\s#]+)").at(0);
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/" + name + ".yaml";
  std::ofstream(file) << yaml;
  const auto loaded = load(file);
  EXPECT_TRUE(loaded) << page << "\n" << (loaded ? "" : loaded.error().message);
}

TEST(Papers, EveryExampleInYamlIsValid) {
  const Places places{REHEARSE_SOURCE_DIR, "", ""};
  int seen = 0;
  for (const auto& page : pages()) {
    if (page == "docs/adding.md") continue;  // of what it adds: tests/docs
    for (const auto& yaml : blocks_of(page, "yaml")) {
      const auto scenario = [&](const auto& file) { return load_scenario(places, file, {}); };
      const auto suite = [&](const auto& file) { return load_suite(places, file); };
      if (yaml.starts_with("scenario:")) expect_valid(page, yaml, scenario);
      if (yaml.starts_with("suite:")) expect_valid(page, yaml, suite);
      if (yaml.starts_with("profile:")) expect_valid(page, yaml, load_profile);
      seen +=
          yaml.starts_with("scenario:") + yaml.starts_with("suite:") + yaml.starts_with("profile:");
    }
  }
  EXPECT_GE(seen, 3);
}

}  // namespace
}  // namespace rehearse
