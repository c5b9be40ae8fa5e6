#include "services/service.hpp"

#include <boost/json.hpp>
#include <functional>

#include "casino/common/clock.hpp"

namespace casino::fuzz {

namespace {

const std::vector<Request> control_seeds = {
    post("/control/conduct", R"({"fault":"f","mode":"slow","delay_ms":5,"lease_ms":50})"),
    get("/control/conduct"),
    post("/control/conduct/f/end", ""),
    get("/control/book"),
    get("/status"),
    get("/health")};

}  // namespace

int64_t wall_s() {
  return wall_ms() / 1000;
}

bool is_2xx(int status) {
  return status >= 200 && status < 300;
}

Outcome judged(const Request& request, const Response& response) {
  Outcome outcome{is_2xx(response.status) && !response.hangs_up, response.status, ""};
  boost::system::error_code error;
  if (request.path != "/v1/settlements" && !response.hangs_up) json::parse(response.body, error);
  if (error) outcome.wrong = "an answer that is no JSON: " + response.body.substr(0, 200);
  if (response.body.find("\"internal\"") != std::string::npos)
    outcome.wrong = "an exception inside: " + response.body.substr(0, 200);
  return outcome;
}

std::optional<Money> money_of(const std::string& body, std::string_view key) {
  const auto object = parse_object(body);
  if (!object) return std::nullopt;
  Money money{text_of(*object, key).value_or(""), text_of(*object, "currency").value_or(""),
              integer_of(*object, "amount_minor").value_or(0)};
  const bool whole =
      is_identifier(money.business_key) && is_currency(money.currency) && money.amount_minor > 0;
  return whole ? std::optional(money) : std::nullopt;
}

Money money_in(const json::object& row, std::string_view key) {
  return {text_of(row, key).value_or(""), text_of(row, "currency").value_or(""),
          integer_of(row, "amount_minor").value_or(0)};
}

json::array rows_of(const std::string& dump, std::string_view name) {
  return parse_object(dump).value().at(name).as_array();
}

Request get(const std::string& path, const std::string& query) {
  return {"GET", path, query, {}, ""};
}
Request post(const std::string& path, const std::string& body, Headers headers) {
  return {"POST", path, "", std::move(headers), body};
}

std::vector<Request> with_control(std::vector<Request> seeds, std::vector<Request> last) {
  seeds.insert(seeds.end(), control_seeds.begin(), control_seeds.end());
  seeds.insert(seeds.end(), last.begin(), last.end());
  return seeds;
}

Signer signer_of(const Request& request, const std::string& header) {
  if (request.header(header) == "good") return Signer::owner;
  if (request.header(header) == "stranger") return Signer::stranger;
  const size_t drawn = std::hash<std::string>()(request.path + request.body) % 4;
  return drawn < 2 ? Signer::owner : drawn == 2 ? Signer::stranger : Signer::nobody;
}

void put_header(Request& request, const std::string& name, std::string value) {
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  request.headers.emplace_back(name, std::move(value));
}

std::vector<Surface> service_surfaces() {
  return {bridge_surface(), session_surface(), lifeline_surface(), psp_surface(),   chain_surface(),
          kyt_surface(),    studio_surface(),  stream_surface(),   server_surface()};
}

}  // namespace casino::fuzz
