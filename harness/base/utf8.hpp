// UTF-8 (RFC 3629), one character at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace rehearse {

// What some programs write before the text itself.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The length in bytes of the character at the start of `text`; 0 = there is none. Overlong forms,
// surrogates and what lies beyond U+10FFFF are refused. `text` must not be empty.
size_t utf8_length(std::string_view text);

// Whether a terminal would do something else with that character than show it: control characters
// (U+0080 to U+009F, too), and what turns the direction of text.
bool is_unshown(std::string_view character);

}  // namespace rehearse
