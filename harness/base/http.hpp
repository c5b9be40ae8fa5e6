// A small blocking HTTP/1.1 client with deadlines, for health, control and books: one request per
// connection. The players have their own asynchronous client in load/.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/tls.hpp"

namespace rehearse {

struct Endpoint {
  std::string address;  // dotted IPv4
  uint16_t port = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

// How far a failed call came. `not_sent`: no byte of the request can have been acted upon;
// `ambiguous`: it may have been.
enum class HttpFailure { not_sent, ambiguous };

struct HttpError {
  HttpFailure failure = HttpFailure::ambiguous;
  std::string message;  // method, address, target and what went wrong
};

// Errors: connect (with its TLS handshake, where somebody is to be trusted) refused or timed out
// (not_sent), anything after that (ambiguous).
std::expected<HttpResponse, HttpError> http_call(const Endpoint& to, const HttpRequest& request,
                                                 int64_t connect_ms, int64_t total_ms,
                                                 const TlsTrust* trust = nullptr);

// The serial number (hex) of the certificate that a server shows, whoever signed it. Errors
// (machine): not reached, or no TLS there.
Result<std::string> shown_serial(const Endpoint& to, int64_t total_ms);

}  // namespace rehearse
