// How a node of Redis begins, by the script of its image.
#include <gtest/gtest.h>

#include "image_script.hpp"

namespace rehearse {
namespace {

TEST(RedisScript, ANodeThatIsAloneBeginsAsMaster) {
  const test::ImageScript script("redis/start", {{"/data/redis", "/data"}});
  script.program("chown", "exit 0");
  script.program("redis-cli", "echo PONG");
  // Who watches the master would watch it for ever: he is ended before the server is.
  script.program("setpriv",
                 "case $* in *redis-sentinel*) kill $PPID; : >\"$DIR/watched\"; exit ;; esac\n"
                 "until [ -e \"$DIR/watched\" ]; do sleep 0.01; done");
  const auto done = script.run({}, {"NODE=redis-1", "NODES=198.18.9.9", "REDIS_PASSWORD=a",
                                    "SENTINEL_PASSWORD=b", "CASINO_PASSWORD=c"});
  EXPECT_EQ(done.exit_status, 0) << done.err;
  const std::string written = read_file(script.dir + "/data/redis.conf").value_or("");
  EXPECT_NE(written.find("bind 198.18.9.9"), std::string::npos);
  EXPECT_EQ(written.find("replicaof"), std::string::npos);
}

}  // namespace
}  // namespace rehearse
