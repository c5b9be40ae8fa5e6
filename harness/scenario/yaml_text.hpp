// What can be said of a YAML text before and beside yaml-cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/yaml_tree.hpp"

namespace rehearse::yaml {

// The first thing in the text that YAML does not allow and yaml-cpp would misread: invalid UTF-8
// (it would guess another encoding), control characters (0x04 ends its stream), too many bytes.
std::optional<Issue> find_bad_text(std::string_view text, Where origin);

// JSON writes characters beyond U+FFFF as two escapes, which YAML does not know: in a text that is
// JSON they become one.
std::string with_whole_characters(std::string_view text);

// Lines of a text, to get from yaml-cpp's marks (from 0) to bytes and positions within the text.
class Lines {
 public:
  Lines(std::string_view text, Where origin);
  // Clamped into the text: yaml-cpp marks some errors at the start or one line past the end.
  Where where(int line, int column) const;
  std::string_view from(int line, int column) const;

 private:
  std::string_view text_;
  Where origin_;
  std::vector<size_t> starts_;
};

// Whether the quoted scalar that begins here has its closing quote (yaml-cpp accepts it without).
bool is_closed_quote(std::string_view text);

}  // namespace rehearse::yaml
