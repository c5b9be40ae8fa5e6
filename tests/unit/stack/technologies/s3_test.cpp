// A store of backups is healthy when it says so under the stack's own authority.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "base/certificates.hpp"
#include "base/files.hpp"
#include "casino/common/http_server.hpp"
#include "stack/secrets.hpp"
#include "stack/technology.hpp"
#include "tests/unit/base/temporary_folder.hpp"

namespace rehearse {
namespace {

class S3Store : public testing::Test {
 protected:
  S3Store() {
    std::signal(SIGPIPE, SIG_IGN);
    stack_.secrets_dir = folder_.path();
    const auto authority = make_authority("test authority").value();
    EXPECT_TRUE(write_file_atomically(authority_file(stack_), authority.certificate));
    const auto own = make_certificate(authority, {"s3-1"}, {"127.0.0.1"}).value();
    EXPECT_TRUE(write_file_atomically(stack_.secrets_dir + "/own.pem", own.certificate + own.key));
    auto server =
        casino::HttpServer::listen({.address = "127.0.0.1",
                                    .port = 0,
                                    .tls_port = 0,
                                    .certificate_file = stack_.secrets_dir + "/own.pem"},
                                   [](const casino::Request& request, const casino::Reply& reply) {
                                     reply({request.path == "/health" ? 200 : 403, "", {}});
                                   });
    server_ = std::move(server.value());
    running_ = std::jthread([this] { server_->run(); });
    ComponentEntry store;
    store.name = "s3";
    store.roles = "s3";
    store.health_path = "/health";
    store.port = store.tls_port = server_->tls_port();
    stack_.file.components = {store};
    stack_.nodes = {{"s3-1", "s3", "store", "127.0.0.1", 1, {}}};
  }
  ~S3Store() override { server_->stop(); }
  bool healthy() {
    return technology_of(stack_, stack_.nodes[0]).look(stack_, stack_.nodes[0]).healthy;
  }

  const test::TemporaryFolder folder_;
  Stack stack_;
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread running_;
};

TEST_F(S3Store, IsHealthyByItsOwnWord) {
  EXPECT_TRUE(healthy());
  stack_.file.components[0].health_path = "/backups";
  EXPECT_FALSE(healthy());
}

TEST_F(S3Store, OfAnotherAuthorityIsSomebodyElse) {
  const auto other = make_authority("somebody else").value();
  ASSERT_TRUE(write_file_atomically(authority_file(stack_), other.certificate));
  EXPECT_FALSE(healthy());
  std::filesystem::remove(authority_file(stack_));
  EXPECT_FALSE(healthy());
}

}  // namespace
}  // namespace rehearse
