// Plain CSV (RFC 4180) with a header: how the canonical tables are kept.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

using CsvRow = std::vector<std::string>;

// Writes header and rows; the file is there whole or not at all.
Status write_csv(const std::string& path, const CsvRow& header, const std::vector<CsvRow>& rows);

}  // namespace rehearse
