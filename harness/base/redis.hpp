// A small blocking client of Redis with deadlines, for roles, probes and books. The only user of
// hiredis.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/http.hpp"

struct redisContext;

namespace rehearse {

using RedisCommand = std::vector<std::string>;

struct RedisValue {
  enum class Kind { nil, integer, text, error, list } kind = Kind::nil;
  int64_t integer = 0;
  std::string text;  // of text and error ("NOREPLICAS Not enough good replicas to write.")
  std::vector<RedisValue> items;

  bool is_error() const { return kind == Kind::error; }
  bool is_list(size_t items_min) const { return kind == Kind::list && items.size() >= items_min; }
};

// The connection was lost, or the answers did not come in time. `not_sent`: no byte of the commands
// can have been acted upon; `ambiguous`: they may have been.
struct RedisError {
  HttpFailure failure = HttpFailure::ambiguous;
  std::string message;
};

// One connection. After an error it is broken for good: open another.
class RedisConnection {
 public:
  // Connects, authenticates (unless `password` is empty; without `user` as the default one) and
  // selects the database. Errors: not_sent.
  static std::expected<std::unique_ptr<RedisConnection>, RedisError> open(
      const Endpoint& to, const std::string& password, int database, int64_t connect_ms,
      const std::string& user = "default");
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Sends the commands in one piece and reads an answer to each, all within `deadline_ms`. What the
  // server refuses is an answer of the kind error, not an error.
  std::expected<std::vector<RedisValue>, RedisError> call(std::span<const RedisCommand> commands,
                                                          int64_t deadline_ms);
  std::expected<RedisValue, RedisError> call(const RedisCommand& command, int64_t deadline_ms);

  bool broken() const { return broken_; }

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };
  explicit RedisConnection(redisContext* context) : context_(context) {}
  std::unexpected<RedisError> lost(HttpFailure failure, const std::string& why);

  std::unique_ptr<redisContext, Close> context_;
  std::string peer_;
  bool broken_ = false;
};

}  // namespace rehearse
