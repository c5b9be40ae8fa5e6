// A certificate is replaced under a server that reads it from its file, as roles do.
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "casino/common/http_server.hpp"
#include "faults/fault.hpp"
#include "stack/secrets.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse {
namespace {

class CertificateRotation : public testing::Test {
 protected:
  CertificateRotation() {
    stack_.file.name = "test";
    stack_.secrets_dir = folder_.path();
    stack_.file.secrets = {{"play", {}, 0}, {"idle", {}, 0}};
    ComponentEntry edge;
    edge.name = "edge";
    edge.secrets = {"play"};
    stack_.file.components = {edge};
    stack_.nodes = {{"edge-1", "edge", "az-1", "127.0.0.1", 1, {}}};
    EXPECT_TRUE(make_secrets(stack_));
    entry_.id = "f";
    entry_.fault = "certificate_rotation";
    entry_.params["secret"] = std::string("play");
  }
  ~CertificateRotation() override {
    if (server_) server_->stop();
    running_ = {};
  }

  void serve(const std::string& file) {
    server_ =
        std::move(casino::HttpServer::listen(
                      {.address = "127.0.0.1", .port = 0, .tls_port = 0, .certificate_file = file},
                      [](const auto&, const auto&) {})
                      .value());
    running_ = std::jthread([this] { server_->run(); });
    stack_.file.components[0].tls_port = server_->tls_port();
  }

  Result<PlannedFault> plan() {
    fault_ = find_fault("certificate_rotation")->make();
    return fault_->plan({runtime_, stack_, StackView{}, entry_, random_});
  }

  const test::TemporaryFolder folder_;
  Stack stack_;
  TimelineEntry entry_;
  FakeRuntime runtime_;
  std::mt19937_64 random_{1};
  std::unique_ptr<Fault> fault_;
  std::unique_ptr<casino::HttpServer> server_;
  std::jthread running_;
};

TEST_F(CertificateRotation, TakesEffectOnceTheNewOneIsShown) {
  serve(stack_.secrets_dir + "/edge-1/play.pem");
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  const auto effect = fault_->effect(runtime_);
  ASSERT_TRUE(effect && *effect);
  EXPECT_NE((**effect).at("serial_before"), (**effect).at("serial_shown"));
}

TEST_F(CertificateRotation, HasNoEffectWhileTheOldOneIsShown) {
  const std::string copy = stack_.secrets_dir + "/copy.pem";
  std::filesystem::copy_file(stack_.secrets_dir + "/edge-1/play.pem", copy);
  serve(copy);
  ASSERT_TRUE(plan());
  ASSERT_TRUE(fault_->inject(runtime_));
  EXPECT_FALSE(*fault_->effect(runtime_));
}

TEST_F(CertificateRotation, NeedsACertificateThatSomebodyServesWith) {
  const auto unserved = plan();
  ASSERT_FALSE(unserved);
  EXPECT_EQ(unserved.error().code, ExitCode::inconclusive);
  entry_.params["secret"] = std::string("idle");
  EXPECT_FALSE(plan());
}

}  // namespace
}  // namespace rehearse
