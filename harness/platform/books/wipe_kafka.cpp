// Kafka deletes topics in the background: the answer to the request is not the end of the topic, so
// the brokers' metadata is asked until the topic is gone from it.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "base/clock.hpp"
#include "base/scope_exit.hpp"
#include "platform/books/wipe.hpp"

namespace rehearse {
namespace {

constexpr int admin_ms_max = 10'000;
constexpr auto poll_interval = std::chrono::milliseconds(100);

struct HandleCloser {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using AdminHandle = std::unique_ptr<rd_kafka_t, HandleCloser>;

std::unexpected<Error> cannot_delete(const std::string& why) {
  return fail(ExitCode::machine, "topics cannot be deleted: " + why);
}

Result<AdminHandle> open_admin(const std::string& bootstrap) {
  char error[256] = "";
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const std::pair<const char*, const char*> settings[] = {{"bootstrap.servers", bootstrap.c_str()},
                                                          {"socket.timeout.ms", "5000"},
                                                          {"reconnect.backoff.max.ms", "500"},
                                                          {"log_level", "0"}};
  for (const auto& [key, value] : settings)
    if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return cannot_delete(error);
    }
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!handle) {
    rd_kafka_conf_destroy(conf);
    return cannot_delete(error);
  }
  return AdminHandle(handle);
}

Status request_deletion(rd_kafka_t* admin, const std::vector<std::string>& topics) {
  std::vector<rd_kafka_DeleteTopic_t*> wanted;
  for (const auto& topic : topics) wanted.push_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  const ScopeExit free_topics(
      [&] { rd_kafka_DeleteTopic_destroy_array(wanted.data(), wanted.size()); });
  char error[256] = "";
  rd_kafka_queue_t* queue = rd_kafka_queue_new(admin);
  const ScopeExit free_queue([&] { rd_kafka_queue_destroy(queue); });
  rd_kafka_AdminOptions_t* options =
      rd_kafka_AdminOptions_new(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS);
  rd_kafka_AdminOptions_set_request_timeout(options, admin_ms_max, error, sizeof error);
  rd_kafka_DeleteTopics(admin, wanted.data(), wanted.size(), options, queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, admin_ms_max + 1'000);
  if (!event) return cannot_delete(fmt::format("no answer within {} ms", admin_ms_max));
  const ScopeExit free_event([&] { rd_kafka_event_destroy(event); });
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return cannot_delete(rd_kafka_event_error_string(event));
  size_t count = 0;
  const auto* const* results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
  for (size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      return cannot_delete(
          fmt::format("{}: {}", rd_kafka_topic_result_name(results[i]), rd_kafka_err2str(code)));
  }
  return {};
}

// All topics are listed, none asked for by its name: a question for one can create it.
bool all_gone(rd_kafka_t* admin, const std::vector<std::string>& topics) {
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(admin, 1, nullptr, &metadata, 2'000) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return false;
  const ScopeExit free_metadata([&] { rd_kafka_metadata_destroy(metadata); });
  for (int i = 0; i < metadata->topic_cnt; ++i)
    if (std::ranges::find(topics, metadata->topics[i].topic) != topics.end()) return false;
  return true;
}

Status delete_from(const std::string& bootstrap, const std::vector<std::string>& topics,
                   int64_t deadline_ns) {
  auto admin = open_admin(bootstrap);
  if (!admin) return std::unexpected(admin.error());
  if (auto asked = request_deletion(admin->get(), topics); !asked) return asked;
  while (!all_gone(admin->get(), topics)) {
    if (monotonic_ns() > deadline_ns) return cannot_delete("they are still there");
    std::this_thread::sleep_for(poll_interval);
  }
  return {};
}

}  // namespace

Status delete_topics(const BooksSource& source, const std::vector<std::string>& topics,
                     int64_t deadline_ns) {
  if (topics.empty()) return {};
  // Also where a region led for a while only: the next one to lead there would go on in that log.
  for (const std::string& elsewhere : source.kafka_elsewhere)
    if (auto deleted = delete_from(elsewhere, topics, deadline_ns); !deleted) return deleted;
  return delete_from(source.kafka_bootstrap, topics, deadline_ns);
}

}  // namespace rehearse
