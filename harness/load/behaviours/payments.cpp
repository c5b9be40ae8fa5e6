#include "load/behaviours/payments.hpp"

#include <fmt/format.h>

#include <array>

#include "load/words.hpp"

namespace rehearse {
namespace {

constexpr std::array<std::string_view, 1> payment_done = {"settled"};
constexpr std::array<std::string_view, 3> payment_undone = {"declined", "cancelled", "released"};

// One of the shares, by a number from 0 to 1; null where there are none.
template <typename Share>
const Share* chosen(const std::vector<Share>& shares, double u) {
  double all = 0;
  for (const Share& one : shares) all += one.share;
  u *= all;
  for (const Share& one : shares) {
    if ((u -= one.share) < 0) return &one;
  }
  return nullptr;
}

double habit(const Draw& draw, uint32_t player, uint64_t purpose) {
  return unit_interval(mixed(mixed(mixed(draw.seed) ^ purpose) ^ player));
}

}  // namespace

void draw_method(Arrival& arrival, const Draw& draw, const std::vector<MethodShare>& methods) {
  const MethodShare* method = chosen(methods, habit(draw, arrival.player, 0x6d65'7468'6f64));
  if (method == nullptr) return;
  arrival.method = method->method;
  if (arrival.method != Method::stablecoin) return;
  const NetworkShare* network =
      chosen(draw.profile.networks, habit(draw, arrival.player, 0x6e65'7477'6f72));
  if (network != nullptr) arrival.network = network->network;
  arrival.currency = Currency::USDT;
  arrival.amount_minor *= micro_per_cent;
}

HttpRequest payment_request(const Operation& operation, std::string_view run_key,
                            std::string_view direction) {
  auto body = body_of(operation, run_key);
  body["direction"] = direction;
  body["amount_minor"] = operation.amount_minor;
  if (operation.method != Method::none) body["method"] = name_of(operation.method);
  if (operation.network != Network::none) body["network"] = name_of(operation.network);
  // Their own account, or address: one for each way to it.
  if (direction == "payout" &&
      (operation.method != Method::stablecoin || operation.network != Network::none))
    body["destination"] = fmt::format(
        "account-of-{}-{}", player_name(operation.player),
        operation.network != Network::none ? name_of(operation.network) : std::string_view("bank"));
  return post("/v1/payments", body);
}

HttpRequest look_at_payment(const Operation& watched, std::string_view run_key) {
  return get("/v1/payments/" + key_of(run_key, watched.id));
}

Answer payment_looked(const HttpResponse& response) {
  return look_answer_of(response, payment_done, payment_undone, "amount_minor");
}

}  // namespace rehearse
