// The fixed parts of report.html: reports/html/ as the build put it into the program.
#pragma once

#include <string_view>

namespace rehearse::html_page {

extern const std::string_view style, body, script;

}  // namespace rehearse::html_page
