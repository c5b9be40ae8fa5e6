#include "base/http_parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace rehearse {

namespace {

std::unexpected<std::string> bad(std::string text) {
  return std::unexpected(std::move(text));
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<size_t> number(std::string_view text, int base) {
  size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value, base);
  if (code != std::errc() || stop != end) return std::nullopt;
  return value;
}

// "HTTP/1.1 200 OK" → 200.
std::optional<int> status_of(std::string_view line) {
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1')) {
    return std::nullopt;
  }
  if (line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) return std::nullopt;
  const auto status = number(line.substr(9, 3), 10);
  if (!status || *status < 100 || *status > 599) return std::nullopt;
  return static_cast<int>(*status);
}

std::string_view next_line(std::string_view& text) {
  const size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

}  // namespace

std::expected<bool, std::string> HttpParser::feed(std::string_view bytes) {
  if (!bytes.empty()) started_ = true;
  input_.append(bytes);
  while (state_ != State::done) {
    const Step advanced = step();
    if (!advanced) return bad(advanced.error());
    if (!*advanced) break;
  }
  if (state_ == State::done && used_ != input_.size()) return bad("bytes after the response");
  // What was used goes, so that a body in many pieces is not held twice.
  input_.erase(0, used_);
  used_ = 0;
  return state_ == State::done;
}

std::expected<bool, std::string> HttpParser::end_of_stream() {
  if (state_ == State::done || state_ == State::body_to_end) return true;
  return bad(started_ ? "connection closed within the response"
                      : "connection closed without a response");
}

HttpParser::Step HttpParser::step() {
  switch (state_) {
    case State::head:
      return take_head();
    case State::body_by_length:
      return take_body(remaining_, State::done);
    case State::body_to_end:
      return take_body(body_bytes_max + 1, State::body_to_end);
    case State::chunk_size:
      return take_chunk_size();
    case State::chunk:
      return take_body(remaining_, State::chunk_end);
    case State::chunk_end:
      if (input_.size() - used_ < 2) return false;
      if (input_.compare(used_, 2, "\r\n") != 0) return bad("chunk does not end where it says");
      used_ += 2;
      state_ = State::chunk_size;
      return true;
    case State::trailer:
      return take_trailer_line();
    case State::done:
      break;
  }
  return false;
}

HttpParser::Step HttpParser::take_head() {
  const size_t end = input_.find("\r\n\r\n", used_);
  if ((end == std::string::npos ? input_.size() : end) - used_ > head_bytes_max) {
    return bad("response head is too large");
  }
  if (end == std::string::npos) return false;
  std::string_view head = std::string_view(input_).substr(used_, end - used_);
  const std::string_view status_line = next_line(head);
  const auto status = status_of(status_line);
  if (!status) return bad("not an HTTP/1 status line");
  keeps_alive_ = status_line[7] == '1';
  response_.status = *status;
  response_.headers.clear();
  while (!head.empty()) {
    const std::string_view line = next_line(head);
    const size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || line.front() == ' ') {
      return bad(fmt::format("bad header line '{}'", line.substr(0, 80)));
    }
    response_.headers.emplace_back(lower(line.substr(0, colon)),
                                   std::string(trim(line.substr(colon + 1))));
  }
  used_ = end + 4;
  if (response_.status / 100 == 1) return true;  // an interim answer: the real one follows
  return choose_body();
}

HttpParser::Step HttpParser::choose_body() {
  std::optional<size_t> length;
  bool chunked = false;
  for (const auto& [name, value] : response_.headers) {
    if (name == "content-length") {
      const auto announced = number(value, 10);
      if (!announced || (length && *length != *announced)) return bad("bad Content-Length");
      length = announced;
    } else if (name == "transfer-encoding") {
      if (lower(value) != "chunked" || chunked) return bad("unsupported Transfer-Encoding");
      chunked = true;
    } else if (name == "connection" && lower(value) == "close") {
      keeps_alive_ = false;
    }
  }
  if (length && chunked) return bad("both Content-Length and Transfer-Encoding");
  if (length && *length > body_bytes_max && !head_request_) return bad("response is too large");
  const bool bodiless = head_request_ || response_.status == 204 || response_.status == 304;
  if (bodiless || (length && *length == 0)) {
    state_ = State::done;
  } else if (chunked) {
    state_ = State::chunk_size;
  } else if (length) {
    remaining_ = *length;
    state_ = State::body_by_length;
  } else {
    keeps_alive_ = false;
    state_ = State::body_to_end;
  }
  return true;
}

HttpParser::Step HttpParser::take_chunk_size() {
  const size_t end = input_.find("\r\n", used_);
  if ((end == std::string::npos ? input_.size() : end) - used_ > 1024) {
    return bad("chunk size line is too long");
  }
  if (end == std::string::npos) return false;
  std::string_view line = std::string_view(input_).substr(used_, end - used_);
  line = trim(line.substr(0, line.find(';')));
  const auto size = number(line, 16);
  if (!size) return bad("bad chunk size");
  if (*size > body_bytes_max - response_.body.size()) return bad("response is too large");
  used_ = end + 2;
  remaining_ = *size;
  state_ = *size == 0 ? State::trailer : State::chunk;
  return true;
}

HttpParser::Step HttpParser::take_trailer_line() {
  const size_t end = input_.find("\r\n", used_);
  if (end == std::string::npos) {
    if (input_.size() - used_ > head_bytes_max) return bad("trailer is too large");
    return false;
  }
  trailer_bytes_ += end - used_;
  if (trailer_bytes_ > head_bytes_max) return bad("trailer is too large");
  if (end == used_) state_ = State::done;
  used_ = end + 2;
  return true;
}

HttpParser::Step HttpParser::take_body(size_t wanted, State then) {
  const size_t size = std::min(wanted, input_.size() - used_);
  if (response_.body.size() + size > body_bytes_max) return bad("response is too large");
  response_.body.append(input_, used_, size);
  used_ += size;
  if (then == State::body_to_end || size < wanted) {
    remaining_ = wanted - size;
    return false;
  }
  state_ = then;
  return true;
}

}  // namespace rehearse
