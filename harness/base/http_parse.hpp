// Reads one HTTP/1.x response from bytes that arrive in any pieces. Strict and bounded: whatever it
// does not understand is an error, never a guess.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "base/http.hpp"

namespace rehearse {

class HttpParser {
 public:
  static constexpr size_t head_bytes_max = 64 * 1024;
  static constexpr size_t body_bytes_max = 256 * 1024 * 1024;

  // A response to HEAD has no body whatever its headers say.
  explicit HttpParser(bool head_request) : head_request_(head_request) {}

  // True once the response is whole; further bytes are an error. Error: what is wrong with it.
  std::expected<bool, std::string> feed(std::string_view bytes);

  // The peer closed: true if that ends the body (neither a length nor chunks were announced).
  std::expected<bool, std::string> end_of_stream();

  bool started() const { return started_; }
  // Once whole: whether the connection may carry another request.
  bool keeps_alive() const { return keeps_alive_; }
  HttpResponse& response() { return response_; }

 private:
  enum class State {
    head,
    body_by_length,
    body_to_end,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    done
  };
  using Step = std::expected<bool, std::string>;  // false: more bytes are needed

  Step step();
  Step take_head();
  Step choose_body();
  Step take_chunk_size();
  Step take_trailer_line();
  Step take_body(size_t wanted, State then);

  bool head_request_;
  bool started_ = false;
  bool keeps_alive_ = false;
  State state_ = State::head;
  std::string input_;
  size_t used_ = 0;       // of input_
  size_t remaining_ = 0;  // of the body or chunk
  size_t trailer_bytes_ = 0;
  HttpResponse response_;
};

}  // namespace rehearse
