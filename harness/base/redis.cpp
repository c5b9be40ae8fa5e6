#include "base/redis.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.hpp"

namespace rehearse {
namespace {

timeval timeval_of(int64_t ms) {
  return {ms / 1000, (ms % 1000) * 1000};
}

RedisValue value_of(const redisReply& reply) {
  using Kind = RedisValue::Kind;
  RedisValue value;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      value.kind = Kind::integer;
      value.integer = reply.integer;
      break;
    case REDIS_REPLY_ERROR:
      value.kind = Kind::error;
      value.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      value.kind = Kind::text;
      value.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ARRAY:
      value.kind = Kind::list;
      for (size_t i = 0; i < reply.elements; ++i)
        value.items.push_back(value_of(*reply.element[i]));
      break;
    default:
      break;
  }
  return value;
}

struct FreeReply {
  void operator()(void* reply) const { freeReplyObject(reply); }
};

}  // namespace

void RedisConnection::Close::operator()(redisContext* context) const {
  redisFree(context);
}

RedisConnection::~RedisConnection() = default;

std::expected<std::unique_ptr<RedisConnection>, RedisError> RedisConnection::open(
    const Endpoint& to, const std::string& password, int database, int64_t connect_ms,
    const std::string& user) {
  const std::string peer = fmt::format("{}:{}", to.address, to.port);
  redisContext* context =
      redisConnectWithTimeout(to.address.c_str(), to.port, timeval_of(connect_ms));
  std::unique_ptr<RedisConnection> connection(new RedisConnection(context));
  connection->peer_ = peer;
  if (!context) return connection->lost(HttpFailure::not_sent, "no memory");
  if (context->err) return connection->lost(HttpFailure::not_sent, context->errstr);
  redisSetTimeout(context, timeval_of(connect_ms));  // of sending; reading has its own deadlines
  std::vector<RedisCommand> greeting;
  if (!password.empty()) greeting.push_back({"AUTH", user, password});
  if (database != 0) greeting.push_back({"SELECT", std::to_string(database)});
  if (greeting.empty()) return connection;
  const auto answers = connection->call(greeting, connect_ms);
  if (!answers) return connection->lost(HttpFailure::not_sent, answers.error().message);
  for (const RedisValue& answer : *answers)
    if (answer.is_error()) return connection->lost(HttpFailure::not_sent, answer.text);
  return connection;
}

std::unexpected<RedisError> RedisConnection::lost(HttpFailure failure, const std::string& why) {
  broken_ = true;
  return std::unexpected(RedisError{failure, fmt::format("redis {}: {}", peer_, why)});
}

std::expected<std::vector<RedisValue>, RedisError> RedisConnection::call(
    std::span<const RedisCommand> commands, int64_t deadline_ms) {
  if (broken_) return lost(HttpFailure::not_sent, "the connection is broken");
  const int64_t until_ns = monotonic_ns() + deadline_ms * ns_per_ms;
  for (const RedisCommand& command : commands) {
    std::vector<const char*> words;
    std::vector<size_t> sizes;
    for (const std::string& word : command) {
      words.push_back(word.data());
      sizes.push_back(word.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(),
                           sizes.data());
  }
  for (int sent = 0; sent == 0;)
    if (redisBufferWrite(context_.get(), &sent) != REDIS_OK)
      return lost(HttpFailure::ambiguous, context_->errstr);
  std::vector<RedisValue> answers;
  while (answers.size() < commands.size()) {
    void* reply = nullptr;
    if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK)
      return lost(HttpFailure::ambiguous, context_->errstr);
    if (reply) {
      const std::unique_ptr<void, FreeReply> owned(reply);
      answers.push_back(value_of(*static_cast<redisReply*>(reply)));
      continue;
    }
    const int64_t left_ms = (until_ns - monotonic_ns() + ns_per_ms - 1) / ns_per_ms;
    pollfd readable{context_->fd, POLLIN, 0};
    const int ready =
        ::poll(&readable, 1, static_cast<int>(std::clamp<int64_t>(left_ms, 0, 60'000)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return lost(HttpFailure::ambiguous, "no answer within the deadline");
    if (redisBufferRead(context_.get()) != REDIS_OK)
      return lost(HttpFailure::ambiguous, context_->errstr);
  }
  return answers;
}

std::expected<RedisValue, RedisError> RedisConnection::call(const RedisCommand& command,
                                                            int64_t deadline_ms) {
  auto answers = call(std::span(&command, 1), deadline_ms);
  if (!answers) return std::unexpected(answers.error());
  return std::move(answers->front());
}

}  // namespace rehearse
