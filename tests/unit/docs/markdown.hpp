// What the tests of the papers read of a Markdown page: its sections, tables, blocks and links.
#pragma once

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace rehearse::docs {

inline std::string path_of(const std::string& page) {
  return REHEARSE_SOURCE_DIR "/" + page;
}

inline std::string text_of(const std::string& page) {
  std::ostringstream text;
  text << std::ifstream(path_of(page)).rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// README, CHANGELOG and all of docs/.
inline std::vector<std::string> pages() {
  std::vector<std::string> found = {"README.md", "CHANGELOG.md", "fixtures/casino/README.md"};
  for (const auto& file : std::filesystem::directory_iterator(path_of("docs"))) {
    if (file.path().extension() == ".md") {
      found.push_back("docs/" + file.path().filename().string());
    }
  }
  return found;
}

// The text under a heading, up to the next heading of any depth.
inline std::string section_of(const std::string& page, const std::string& heading) {
  std::string section;
  bool inside = false;
  for (const std::string& line : lines_of(text_of(page))) {
    if (line.starts_with("#")) inside = line.substr(line.find_first_not_of('#')) == " " + heading;
    if (inside) section += line + "\n";
  }
  return section;
}

// What `pattern` captures, wherever it is found.
inline std::vector<std::string> captured(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> all;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) {
    all.push_back((*at)[1]);
  }
  return all;
}

// The code words in the first cells of a text's tables.
inline std::set<std::string> rows_of(const std::string& text) {
  std::set<std::string> names;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("| `")) continue;
    for (const auto& name : captured(line.substr(0, line.find(" | ")), "`([^`]+)`")) {
      names.insert(name);
    }
  }
  return names;
}

// The contents of the fenced blocks of a language.
inline std::vector<std::string> blocks_of(const std::string& page, const std::string& language) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string& line : lines_of(text_of(page))) {
    if (line.starts_with("```")) {
      inside = line == "```" + language;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

// What is outside of blocks, but for the lines that say where a block belongs: "`PATH`:".
inline std::string prose_of(const std::string& page) {
  std::string prose;
  bool fenced = false;
  for (const std::string& line : lines_of(text_of(page))) {
    if (line.starts_with("```")) fenced = !fenced;
    if (!fenced && !line.ends_with("`:")) prose += line + "\n";
  }
  return prose;
}

}  // namespace rehearse::docs
