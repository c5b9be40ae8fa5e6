// Settlement files against the provider's own book of transfers, both ways and by nobody's word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/tables.hpp"

namespace rehearse {

struct SettlementDifference {
  std::string_view business_key;
  bool may_end = false;  // more time could have put it right
  std::string what;
};

// A line twice, without its transfer, or unlike it; and a transfer that is in no file, though files
// from before and after it were read whole, one right after the other (where the books tell files),
// or the file of its time was, where files are numbered by their time.
std::vector<SettlementDifference> settlement_differences(const Books& books);

}  // namespace rehearse
