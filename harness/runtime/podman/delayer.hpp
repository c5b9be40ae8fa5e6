// Holds what the rules of one network namespace give to its packet queue, each packet for its time,
// in its order. For kernels without netem.
//
// The queue is bound to a thread of ours: when the process dies, packets that were held are lost
// (as on a bad line) and later ones pass, since the rule bypasses a queue that nobody reads.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "runtime/effects.hpp"

struct nfq_handle;
struct nfq_q_handle;

namespace rehearse {

class Delayer {
 public:
  static constexpr uint16_t queue = 77;  // numbers are each namespace's own

  // Errors (machine): the namespace or its queue cannot be had.
  static Result<std::unique_ptr<Delayer>> start(const std::string& namespace_path,
                                                const DelaySpec& spec);
  ~Delayer();  // lets every packet go that it holds

  // Packets that were let go so far and how long they were held, to 0.1 ms.
  DelayState state() const;

 private:
  struct Held {
    uint32_t id = 0;
    int64_t came_ns = 0, due_ns = 0;
  };

  explicit Delayer(const DelaySpec& spec);
  Status open(const std::string& namespace_path);
  void run();
  void wait();
  void read_packets();
  void keep(uint32_t id);
  void release(int64_t until_ns);

  const DelaySpec spec_;
  std::mt19937_64 random_;
  nfq_handle* handle_ = nullptr;
  nfq_q_handle* queue_ = nullptr;
  int wake_ = -1;  // an eventfd: readable = end
  bool ending_ = false;
  std::deque<Held> held_;  // by due_ns, and by id

  mutable std::mutex mutex_;
  int64_t packets_ = 0;
  std::vector<uint32_t> held_for_;  // packets by tenths of a millisecond; the last one and longer
  std::jthread thread_;
};

}  // namespace rehearse
