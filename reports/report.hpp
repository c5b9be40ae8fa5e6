// The result of a rehearsal in the formats that it is written in. One file per format.
#pragma once

#include <ostream>
#include <string>

#include "checks/verdict.hpp"

namespace rehearse {

void write_json(std::ostream& out, const Report& report);  // rehearse.report/1
void write_junit(std::ostream& out, const Report& report, const std::string& run_dir);
void write_markdown(std::ostream& out, const Report& report, const std::string& run_dir);
void write_html(std::ostream& out, const Report& report);
void write_terminal(std::ostream& out, const Report& report, bool color, int columns);

}  // namespace rehearse
