// A casino of one thread on the loopback: remembers keys, settles payments after a few looks, and
// misbehaves as a test asks.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/http.hpp"
#include "tests/unit/base/test_server.hpp"

namespace rehearse::test {

struct Asked {
  std::string method, target, body;
  std::string head;  // everything before the body
  std::string key;   // of the body; of a look at a payment: the payment's
  int count = 0;     // how often this key was asked for, this time included
};

struct Reply {
  enum class How { answer, hang, close };
  How how = How::answer;
  int status = 200;
  std::string body;
  std::string headers = {};  // lines with their ends
};

class FakeCasino {
 public:
  // Called on the server's thread before the casino acts; an answer replaces its own. `act` does
  // what the request asks for, all the same, when the test wants it done and not said.
  using Intercept =
      std::function<std::optional<Reply>(const Asked&, const std::function<void()>& act)>;

  explicit FakeCasino(Intercept intercept = {});
  ~FakeCasino();

  Endpoint endpoint() const { return socket_.endpoint(); }
  std::vector<Asked> asked() const;

 private:
  struct Connection {
    int fd = -1;
    std::string input;
    bool hung = false;
  };

  void serve();
  bool read_from(Connection& connection);
  bool answer(Connection& connection, const Asked& asked);
  Reply act(const Asked& asked);

  BoundSocket socket_;
  Intercept intercept_;
  int stop_[2] = {-1, -1};  // a pipe that ends the thread
  std::map<std::string, Reply> remembered_;
  std::map<std::string, int> looks_;
  int64_t seq_ = 0;
  mutable std::mutex asking_;
  std::vector<Asked> asked_;
  std::map<std::string, int> counts_;
  std::thread thread_;
};

}  // namespace rehearse::test
