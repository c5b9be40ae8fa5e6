// The file of findings that people edit.
//
//   findings:
//     - {id: zone-loss/rto, severity: major, owner: anna, due: 2026-12-15, mended: 2026-12-10,
//        note: Patroni's ttl}
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "record/kept_finding.hpp"
#include "scenario/scenario.hpp"

namespace rehearse {

// Everything that is wrong, in the order of the file. Never throws.
std::expected<std::vector<KeptFinding>, std::vector<Diagnostic>> parse_findings(
    const std::string& path, const std::string& text);

// Whether that is a day as such files name it: YYYY-MM-DD.
bool is_date(const std::string& text);

}  // namespace rehearse
