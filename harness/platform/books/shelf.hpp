// Where books are put as they come in, and what is said of those that do not.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http.hpp"
#include "record/csv.hpp"

namespace rehearse {

class Shelf {
 public:
  // A folder that exists.
  explicit Shelf(std::string dir) : dir_(std::move(dir)) {}

  // DIR/TABLE.csv; a part of it only: DIR/incomplete/TABLE.csv, which nobody takes for the whole.
  void put(std::string_view table, const CsvRow& header, const std::vector<CsvRow>& rows,
           bool whole = true);
  // A table of which every node has a share, by `ask(endpoint, name)`; what one cannot give, and
  // why, is missed as "WHAT of NAME".
  using Places = std::vector<std::pair<std::string, Endpoint>>;
  using Ask = std::function<std::expected<std::vector<CsvRow>, std::string>(
      const Endpoint& endpoint, const std::string& name)>;
  void put_shares(std::string_view table, const CsvRow& header, std::string_view what,
                  const Places& places, const Ask& ask);
  void miss(std::string why) { troubles_.push_back(std::move(why)); }
  const std::vector<std::string>& troubles() const { return troubles_; }

 private:
  std::string dir_;
  std::vector<std::string> troubles_;
};

}  // namespace rehearse
