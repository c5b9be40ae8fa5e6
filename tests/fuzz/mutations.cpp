#include <algorithm>
#include <array>

#include "fuzz.hpp"

namespace casino::fuzz {

namespace {

// What parsers stumble over: numbers at their ends, other types, text that is none, paths that lead
// elsewhere, and the words of HTTP itself.
constexpr std::array<std::string_view, 44> words = {"9223372036854775807",
                                                    "9223372036854775808",
                                                    "-9223372036854775808",
                                                    "18446744073709551616",
                                                    "10000000000000",
                                                    "10000000000001",
                                                    "-1",
                                                    "0",
                                                    "1e309",
                                                    "-1e309",
                                                    "1e-400",
                                                    "1.5",
                                                    "1E2",
                                                    "NaN",
                                                    "null",
                                                    "true",
                                                    "{}",
                                                    "[]",
                                                    "\"\"",
                                                    "\\u0000",
                                                    "\\ud800",
                                                    "\\udc00\\ud800",
                                                    "\\u202e",
                                                    "\xc3\x28",
                                                    "\xff\xfe",
                                                    "\xed\xa0\x80",
                                                    "\xf4\x90\x80\x80",
                                                    "../../../etc/passwd",
                                                    "%2e%2e%2f",
                                                    "%00",
                                                    "%",
                                                    "'; DROP TABLE transfers; --",
                                                    "${jndi:x}",
                                                    "|",
                                                    ":",
                                                    "\"",
                                                    "\\",
                                                    "\r\n",
                                                    "\r\n\r\n",
                                                    "Content-Length: 0\r\n",
                                                    "Transfer-Encoding: chunked\r\n",
                                                    "?day=1",
                                                    "/control/conduct",
                                                    "/end"};
constexpr std::array<std::string_view, 8> methods = {"GET",  "POST",    "PUT",   "DELETE",
                                                     "HEAD", "OPTIONS", "PATCH", ""};
constexpr size_t long_text_max = 1 << 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string Mutator::token() {
  switch (below(16)) {
    case 0: {  // mostly some kilobytes: a mebibyte each time would leave time for nothing else
      const size_t size = below(8) == 0 ? long_text_max : 1 + below(70'000);
      return std::string(size, "Aa0[\"\0"[below(6)]);
    }
    case 1:
      return std::string(1 + below(4000), "[{"[below(2)]);
    case 2: {
      std::string nested;
      for (size_t i = 1 + below(200); i > 0; --i) nested += "{\"a\":[";
      return nested;
    }
    case 3:
      return std::string(1 + below(3), '\0');
    default:
      return std::string(words[below(words.size())]);
  }
}

void Mutator::change_bytes(std::string& text) {
  const size_t at = below(text.size() + 1);
  switch (below(6)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      return;
    case 1:
      text.insert(at, 1, static_cast<char>(below(256)));
      return;
    case 2:
      text.erase(at, 1 + below(4));
      return;
    case 3:
      text.resize(at);
      return;
    case 4: {
      const std::string part = text.substr(at, 1 + below(64));
      text.insert(at, part);
      return;
    }
    default:  // the whole again, as pipelined requests and doubled bodies are
      if (text.size() < long_text_max) text += std::string(text);
  }
}

// Keeps the form and changes a value: a digit, a whole number, or what stands between quotes.
void Mutator::change_words(std::string& text) {
  const auto start = text.begin() + static_cast<std::ptrdiff_t>(below(text.size() + 1));
  const auto digit = std::find_if(start, text.end(), is_digit);
  if (digit == text.end()) return;
  if (below(3) > 0) {
    *digit = static_cast<char>('0' + below(10));
    return;
  }
  const auto end = std::find_if_not(digit, text.end(), is_digit);
  text.replace(digit, end, token());
}

void Mutator::change_text(std::string& text) {
  switch (below(4)) {
    case 0:
      return change_bytes(text);
    case 1: {
      const std::string word = token();
      const size_t at = below(text.size() + 1);
      text.replace(at, below(3) == 0 ? below(16) : 0, word);
      return;
    }
    default:
      return change_words(text);
  }
}

void Mutator::change_headers(Headers& headers) {
  if (headers.empty() || below(4) == 0) {
    const Request& other = any_seed();
    headers = other.headers;
    return;
  }
  auto& [name, value] = headers[below(headers.size())];
  switch (below(4)) {
    case 0:
      headers.emplace_back(name, token());
      return;
    case 1:
      headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(below(headers.size())));
      return;
    default:
      change_text(value);
  }
}

void Mutator::change(Request& request) {
  switch (below(16)) {
    case 0:
      request.method = methods[below(methods.size())];
      return;
    case 1:
      request.path = any_seed().path;
      return;
    case 2:
      return change_text(request.path);
    case 3:
      return change_text(request.query);
    case 4:
      return change_headers(request.headers);
    case 5: {  // the beginning of one and the end of another
      const std::string& other = any_seed().body;
      request.body.resize(below(request.body.size() + 1));
      request.body += other.substr(below(other.size() + 1));
      return;
    }
    case 6:
      request.body = any_seed().body;
      return;
    default:
      change_text(request.body);
  }
}

Request Mutator::next() {
  Request request = any_seed();
  const size_t changes = below(7);
  for (size_t i = 0; i < changes; ++i) change(request);
  constexpr size_t body_bytes_max = 4 * long_text_max;  // duplication of long ones has an end
  if (request.body.size() > body_bytes_max) request.body.resize(body_bytes_max);
  return request;
}

}  // namespace casino::fuzz
