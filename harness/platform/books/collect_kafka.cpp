// Reads a topic from its first offset to the end as it was when the reading began.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "platform/books/collect_parts.hpp"

namespace rehearse {
namespace {

constexpr int64_t whole_ns = 60 * ns_per_s;
constexpr size_t tx_at = 4;  // in event_row()

struct Closer {
  void operator()(rd_kafka_t* handle) const {
    rd_kafka_consumer_close(handle);
    rd_kafka_destroy(handle);
  }
};
using Consumer = std::unique_ptr<rd_kafka_t, Closer>;

struct PartitionEnd {
  int32_t partition = 0;
  int64_t next = 0, end = 0;
};

std::unexpected<Error> trouble(const BooksSource& source, const std::string& why) {
  return fail(ExitCode::inconclusive,
              fmt::format("the events of topic {} cannot be had: {}", source.kafka_topic, why));
}

Result<Consumer> open_consumer(const BooksSource& source) {
  char error[256] = "";
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  const std::pair<const char*, const char*> settings[] = {
      {"bootstrap.servers", source.kafka_bootstrap.c_str()},
      {"group.id", "rehearse-books"},
      {"enable.auto.commit", "false"},
      {"isolation.level", "read_committed"},
      {"log_level", "0"}};
  for (const auto& [key, value] : settings)
    if (rd_kafka_conf_set(conf, key, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return trouble(source, error);
    }
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (!handle) {
    rd_kafka_conf_destroy(conf);
    return trouble(source, error);
  }
  rd_kafka_poll_set_consumer(handle);
  return Consumer(handle);
}

Result<std::vector<PartitionEnd>> find_ends(rd_kafka_t* consumer, const BooksSource& source) {
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer, source.kafka_topic.c_str(), nullptr);
  const auto code = rd_kafka_metadata(consumer, 0, topic, &metadata, 10'000);
  rd_kafka_topic_destroy(topic);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(source, rd_kafka_err2str(code));
  std::vector<PartitionEnd> ends;
  Status asked;
  for (int i = 0; i < metadata->topics[0].partition_cnt && asked; ++i) {
    PartitionEnd end{metadata->topics[0].partitions[i].id, 0, 0};
    const auto result = rd_kafka_query_watermark_offsets(
        consumer, source.kafka_topic.c_str(), end.partition, &end.next, &end.end, 10'000);
    if (result != RD_KAFKA_RESP_ERR_NO_ERROR) asked = trouble(source, rd_kafka_err2str(result));
    ends.push_back(end);
  }
  rd_kafka_metadata_destroy(metadata);
  if (!asked) return std::unexpected(asked.error());
  if (ends.empty()) return trouble(source, "it does not exist");
  return ends;
}

std::string logged_at(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t ms = rd_kafka_message_timestamp(&message, &type);
  return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? "" : rfc3339(ms * ns_per_ms);
}

CsvRow event_row(const rd_kafka_message_t& message, const std::string& topic) {
  const auto json = nlohmann::json::parse(
      std::string_view(static_cast<const char*>(message.payload), message.len), nullptr, false);
  const auto text = [&json](const char* key) -> std::string {
    if (!json.is_object() || !json.contains(key)) return "";
    return json[key].is_string() ? json[key].get<std::string>() : json[key].dump();
  };
  return {topic,
          std::to_string(message.partition),
          std::to_string(message.offset),
          text("key"),
          text("tx"),
          text("kind"),
          text("amount_minor"),
          text("currency"),
          text("at"),
          logged_at(message)};
}

bool at_end(const std::vector<PartitionEnd>& ends) {
  for (const auto& end : ends)
    if (end.next < end.end) return false;
  return true;
}

Status assign(rd_kafka_t* consumer, const BooksSource& source,
              const std::vector<PartitionEnd>& ends) {
  auto* list = rd_kafka_topic_partition_list_new(static_cast<int>(ends.size()));
  for (const auto& end : ends)
    rd_kafka_topic_partition_list_add(list, source.kafka_topic.c_str(), end.partition)->offset =
        end.next;
  const auto code = rd_kafka_assign(consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(source, rd_kafka_err2str(code));
  return {};
}

}  // namespace

// Hands over what there is also where it fails before the end.
Status read_topic(const BooksSource& source, const EachMessage& each) {
  auto consumer = open_consumer(source);
  if (!consumer) return std::unexpected(consumer.error());
  auto ends = find_ends(consumer->get(), source);
  if (!ends) return std::unexpected(ends.error());
  if (auto assigned = assign(consumer->get(), source, *ends); !assigned) return assigned;
  const int64_t deadline_ns = monotonic_ns() + whole_ns;
  while (!at_end(*ends)) {
    if (monotonic_ns() > deadline_ns) return trouble(source, "not read to its end within 60 s");
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer->get(), 200);
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      for (auto& end : *ends)
        if (end.partition == message->partition) end.next = message->offset + 1;
      each(*message);
    }
    rd_kafka_message_destroy(message);
  }
  return {};
}

Result<std::vector<std::string>> topics_of(const BooksSource& source) {
  auto consumer = open_consumer(source);
  if (!consumer) return std::unexpected(consumer.error());
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto code = rd_kafka_metadata(consumer->get(), 1, nullptr, &metadata, 10'000);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(source, rd_kafka_err2str(code));
  std::vector<std::string> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i)
    if (const std::string_view name = metadata->topics[i].topic; !name.starts_with("__"))
      topics.emplace_back(name);
  rd_kafka_metadata_destroy(metadata);
  return topics;
}

namespace {

// When the first of the other regions' logs had each transaction. One that cannot be read, or has
// no such topic, has none: then it was later than we say, never earlier.
std::map<std::string, std::string> firsts_elsewhere(BooksSource source) {
  std::map<std::string, std::string> firsts;
  for (const std::string& elsewhere : source.kafka_elsewhere) {
    source.kafka_bootstrap = elsewhere;
    const auto topics = topics_of(source);
    if (!topics || std::ranges::find(*topics, source.kafka_topic) == topics->end()) continue;
    (void)read_topic(source, [&](const rd_kafka_message_t& message) {
      const CsvRow row = event_row(message, source.kafka_topic);
      const std::string &tx = row[tx_at], &at = row.back();
      if (at.empty()) return;
      const auto [known, added] = firsts.emplace(tx, at);
      if (!added) known->second = std::min(known->second, at);
    });
  }
  return firsts;
}

}  // namespace

void collect_kafka(const BooksSource& source, Shelf& shelf) {
  std::vector<CsvRow> rows;
  const Status read = read_topic(source, [&](const rd_kafka_message_t& message) {
    rows.push_back(event_row(message, source.kafka_topic));
  });
  if (!read) shelf.miss(read.error().message);
  if (!read && rows.empty()) return;
  CsvRow header = {"topic", "partition",    "offset",   "key", "tx",
                   "kind",  "amount_minor", "currency", "at",  "published_at"};
  if (!source.kafka_elsewhere.empty()) {
    const auto firsts = firsts_elsewhere(source);
    header.emplace_back("first_at");
    for (CsvRow& row : rows) {
      const auto first = firsts.find(row[tx_at]);
      std::string at = row.back();
      if (first != firsts.end()) at = std::min(at, first->second);
      row.push_back(std::move(at));
    }
  }
  shelf.put("events", header, rows, read.has_value());
}

}  // namespace rehearse
