// Which accounts a kind of entry moves, and which way: the other side of every leg.
#pragma once

#include <cstdint>
#include <string_view>

namespace rehearse {

// Whether an entry of that kind may move that account by that much. Of kinds that are not known
// nothing is said.
bool is_leg_of(std::string_view kind, std::string_view account, int64_t amount_minor);

// CUR of "house:games:CUR".
std::string_view currency_of_account(std::string_view account);

}  // namespace rehearse
