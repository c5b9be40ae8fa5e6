// What deposits and withdrawals have in common.
#pragma once

#include "load/behaviour.hpp"

namespace rehearse {

// Stablecoins are in units of a millionth.
constexpr int64_t micro_per_cent = 10'000;

// Method and network of the player's habit, the same all along; a stablecoin comes in USDT.
void draw_method(Arrival& arrival, const Draw& draw, const std::vector<MethodShare>& methods);

HttpRequest payment_request(const Operation& operation, std::string_view run_key,
                            std::string_view direction);
HttpRequest look_at_payment(const Operation& watched, std::string_view run_key);
Answer payment_looked(const HttpResponse& response);

}  // namespace rehearse
