// What pgbackrest 2.45 prints, as it was seen to.
#include "platform/backup_catalogue.hpp"

#include <gtest/gtest.h>

namespace rehearse {
namespace {

std::string answer(const std::string& status = R"({"code":0,"message":"ok"})") {
  return R"([{"name":"other"},{"archive":[{"database":{"id":1,"repo-key":1},"id":"15-1",
"max":"000000020000000000000009","min":"000000010000000000000002"}],
"backup":[
{"annotation":{"key":"0123456789ab","schema":"d1"},"archive":{"start":"000000010000000000000003",
"stop":"000000010000000000000004"},"backrest":{"format":5,"version":"2.45"},"database":{"id":1,
"repo-key":1},"error":false,"info":{"delta":30,"repository":{"delta":3,"size":3},"size":30},
"label":"20260131-120000F","lsn":{"start":"0/3000028","stop":"0/4000050"},"prior":null,
"reference":null,"timestamp":{"start":1769860800,"stop":1769860806},"type":"full"},
{"archive":{"start":"000000010000000000000005","stop":"000000010000000000000005"},
"database":{"id":1,"repo-key":1},"error":false,"info":{"delta":2,"repository":{"delta":1,"size":4},
"size":31},"label":"20260131-120000F_20260131-120040I","prior":"20260131-120000F",
"reference":["20260131-120000F"],"timestamp":{"start":1769860840,"stop":1769860842},
"type":"incr"}],
"cipher":"aes-256-cbc","db":[{"id":1,"repo-key":1,"system-id":7312345678901234567,"version":"15"}],
"name":"casino","repo":[],"status":)" +
         status + "}]";
}

TEST(BackupCatalogue, IsReadAsTheToolHasIt) {
  const auto backups = read_catalogue(answer(), "casino");
  ASSERT_TRUE(backups) << backups.error().message;
  ASSERT_EQ(backups->size(), 2u);
  const Backup& full = backups->front();
  EXPECT_EQ(full.label, "20260131-120000F");
  EXPECT_EQ(full.kind, "full");
  EXPECT_EQ(full.prior, "");
  EXPECT_EQ(full.started_at, "2026-01-31T12:00:00.000Z");
  EXPECT_EQ(full.finished_at, "2026-01-31T12:00:06.000Z");
  EXPECT_EQ(full.cluster, "7312345678901234567");
  EXPECT_EQ(full.schema_version, "d1");
  EXPECT_EQ(full.key_id, "0123456789ab");
  EXPECT_EQ(full.wal_start, "000000010000000000000003");
  EXPECT_EQ(full.wal_stop, "000000010000000000000004");
  EXPECT_EQ(full.wal_last, "000000020000000000000009");
  EXPECT_EQ(full.size_bytes, 30);
  EXPECT_EQ(full.stored_bytes, 3);
  EXPECT_EQ(full.cipher, "aes-256-cbc");
  const Backup& increment = backups->back();
  EXPECT_EQ(increment.kind, "incr");
  EXPECT_EQ(increment.prior, full.label);
  EXPECT_EQ(increment.key_id, "");
}

TEST(BackupCatalogue, WhatIsNoCatalogueIsRefused) {
  const auto refusal = [](const std::string& text) {
    const auto read = read_catalogue(text, "casino");
    return read ? "" : read.error().message;
  };
  EXPECT_NE(refusal("").find("cannot be read"), std::string::npos);
  EXPECT_NE(refusal("[]").find("no stanza `casino`"), std::string::npos);
  EXPECT_NE(refusal(R"([{"name":"casino"}])").find("cannot be read"), std::string::npos);
  EXPECT_NE(refusal(answer(R"({"code":99,"message":"other"})")).find("other"), std::string::npos);
  EXPECT_EQ(refusal(answer(R"({"code":2,"message":"no valid backups"})")), "");
}

}  // namespace
}  // namespace rehearse
