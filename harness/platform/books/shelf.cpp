#include "platform/books/shelf.hpp"

#include <fmt/format.h>

#include <filesystem>

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

}  // namespace rehearse
