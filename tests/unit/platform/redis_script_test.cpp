// How a node of Redis begins, by the script of its image.
#include <gtest/gtest.h>

#include "image_script.hpp"

namespace rehearse {
namespace {

TEST(RedisScript, ANodeThatIsAloneBeginsAsMaster) {
  const test::ImageScript script("redis/start", {{"/data/redis", "/data"}});
  for (const char* name : {"chown", "setpriv"}) script.program(name, "exit 0");
  script.program("redis-cli", "echo PONG");
  script.program("sleep", "kill $PPID");  // who watches the master would watch it for ever
  const auto done = script.run({}, {"NODE=redis-1", "NODES=198.18.9.9", "REDIS_PASSWORD=a",
                                    "SENTINEL_PASSWORD=b", "CASINO_PASSWORD=c"});
  EXPECT_EQ(done.exit_status, 0) << done.err;
  const std::string written = read_file(script.dir + "/data/redis.conf").value_or("");
  EXPECT_NE(written.find("bind 198.18.9.9"), std::string::npos);
  EXPECT_EQ(written.find("replicaof"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
