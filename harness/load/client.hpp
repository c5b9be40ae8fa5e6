// The players' asynchronous HTTP client and the timers of the load's one thread. Keep-alive pools
// per edge; nothing is ever sent twice. Edges that show a certificate are spoken to over TLS.
// Boost.Asio stays inside client.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/http.hpp"

namespace rehearse {

class Client {
 public:
  // HttpError::message is a short code here: connect_refused, connect_timeout, answer_timeout,
  // reset, closed, bad_answer, …
  using Answered = std::function<void(const std::expected<HttpResponse, HttpError>&)>;

  // `trusts`: by edge, whom to believe its certificate; null, or not there, for plain ones.
  explicit Client(const std::vector<Endpoint>& edges,
                  const std::vector<std::shared_ptr<const TlsTrust>>& trusts = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // One more place to go to, over TLS if the place `like` is: its index. From run() only.
  size_t add(const Endpoint& edge, size_t like);

  // For who knows no place: the call fails with not_sent, no_address.
  static constexpr size_t nowhere = static_cast<size_t>(-1);

  // `answered` is called once from run(), unless run() is stopped before.
  void call(size_t edge, const HttpRequest& request, int64_t connect_ms, int64_t answer_ms,
            Answered answered);

  // Calls back from run() at a monotonic time; at once (but not from within) if it has passed.
  void at(int64_t time_ns, std::function<void()> then);

  // The only ones that other threads may call.
  void post(std::function<void()> then);
  void stop();

  // Until stop().
  void run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rehearse
