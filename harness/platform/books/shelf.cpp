#include "platform/books/shelf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace rehearse {

void Shelf::put(std::string_view table, const CsvRow& header, const std::vector<CsvRow>& rows,
                bool whole) {
  const std::string folder = whole ? dir_ : dir_ + "/incomplete";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return miss(fmt::format("{}: {}", folder, error.message()));
  const std::string file = fmt::format("{}/{}.csv", folder, table);
  if (const Status written = write_csv(file, header, rows); !written) miss(written.error().message);
}

void Shelf::put_shares(std::string_view table, const CsvRow& header, std::string_view what,
                       const Places& places, const Ask& ask) {
  std::vector<CsvRow> rows;
  bool whole = true;
  for (const auto& [name, endpoint] : places) {
    auto share = ask(endpoint, name);
    if (share) {
      std::ranges::move(*share, std::back_inserter(rows));
    } else {
      whole = false;
      miss(fmt::format("{} of {} cannot be had: {}", what, name, share.error()));
    }
  }
  put(table, header, rows, whole);
}

}  // namespace rehearse
