// The casino as a studio sees it.
#pragma once

#include <memory>
#include <thread>

#include "../unit/fixtures/casino/common/fake_wallet.hpp"
#include "casino/game/bridge.hpp"

namespace casino::fuzz {

// A bridge on a port of its own before a wallet of a few rules.
class Casino {
 public:
  Casino() {
    studios_["studio-a"] = {find_dialect("replay"), "secret-a"};
    studios_["studio-b"] = {find_dialect("code"), "secret-b"};
    bridge_ = std::make_unique<Bridge>(studios_, std::vector<std::string>{}, caller_, "game-1",
                                       PlantedBug::none);
    server_ = std::move(
        HttpServer::listen({.address = "127.0.0.1", .port = 0}, [this](const Request& request,
                                                                       const Reply& reply) {
          reply(bridge_->answer(request));
        }).value());
    running_ = std::jthread([this] { server_->run(); });
  }
  ~Casino() {
    server_->stop();
    running_.join();
  }
  Endpoint endpoint() const { return {"127.0.0.1", server_->port()}; }
  Response answer(const Request& request) { return bridge_->answer(request); }
  test::FakeWallet& wallet() { return wallet_; }

 private:
  test::FakeWallet wallet_;
  WalletCaller caller_{{wallet_.endpoint()}};
  Studios studios_;
  std::unique_ptr<Bridge> bridge_;
  std::unique_ptr<HttpServer> server_;
  std::jthread running_;
};

}  // namespace casino::fuzz
