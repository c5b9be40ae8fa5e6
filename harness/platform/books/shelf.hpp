// Where books are put as they come in, and what is said of those that do not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/csv.hpp"

namespace rehearse {

class Shelf {
 public:
  // A folder that exists.
  explicit Shelf(std::string dir) : dir_(std::move(dir)) {}

  // DIR/TABLE.csv; a part of it only: DIR/incomplete/TABLE.csv, which nobody takes for the whole.
  void put(std::string_view table, const CsvRow& header, const std::vector<CsvRow>& rows,
           bool whole = true);
  void miss(std::string why) { troubles_.push_back(std::move(why)); }
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  std::string dir_;
  std::vector<std::string> troubles_;
};

}  // namespace rehearse
