// What may be done to nodes that run, and taken back: all that faults and their undo ask of a
// runtime. Everything is addressed by the node's name, never by a PID, so that an undo written to
// disk still means the same thing after a crash or a restart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

struct NodeState {
  bool exists = false;
  bool running = false;  // also while it is paused
  bool paused = false;
};

// One process inside a node. A dead one that nobody has buried yet is gone.
enum class ProcessState { gone, stopped, alive };

// Packets that a cut has dropped, as the kernel counts them in the node's namespace.
struct DroppedPackets {
  int64_t in = 0, out = 0;  // from the peer, and to it
  int64_t sum() const { return in + out; }
};

// What is cut off a node at this moment: each peer that a cut named, with a count of its own, from
// the beginning of its cut. (A few that drop while it is refreshed are not counted.)
struct CutState {
  std::map<std::string, DroppedPackets> peers;
};

// How long what a node sends is held: delay ± jitter, evenly spread, by a seed of the run's.
struct DelaySpec {
  int64_t delay_us = 0, jitter_us = 0;
  uint64_t seed = 0;
};

struct DelayState {
  bool active = false;                      // packets are delayed at this moment
  int64_t packets = 0;                      // that were delayed and let go
  std::optional<double> median_ms, p99_ms;  // how long they were held; none = not measured
};

// As a peer: every node of every zone. The control network is never cut: we stay in control.
constexpr const char* everyone = "*";

class Effects {
 public:
  virtual ~Effects() = default;

  virtual Status start(const std::vector<std::string>& nodes) = 0;  // again, after a kill
  // SIGKILL to all processes of these nodes; dead ones stay dead.
  virtual Status kill(const std::vector<std::string>& nodes) = 0;
  // One process inside a node, by its pid as seen from inside: the only one whose command line
  // (words joined by spaces) holds `words` (errors: none, several), a signal to it, what it does.
  virtual Result<int64_t> pid_of(const std::string& node, const std::string& words) = 0;
  virtual Status signal(const std::string& node, int64_t pid, int signal) = 0;
  virtual Result<ProcessState> process(const std::string& node, int64_t pid) = 0;
  // The processes inside these nodes that a signal has stopped, by node; none is left out.
  virtual Result<std::map<std::string, std::vector<int64_t>>> stopped(
      const std::vector<std::string>& nodes) = 0;
  // All processes of a node stand still, as a virtual machine does that its host forgot.
  virtual Status pause(const std::vector<std::string>& nodes) = 0;
  virtual Status unpause(const std::vector<std::string>& nodes) = 0;  // paused or not
  // Runs a program inside a node to its end, as that container's user: what it printed.
  virtual Result<std::string> exec(const std::string& node,
                                   const std::vector<std::string>& argv) = 0;
  virtual Result<std::map<std::string, NodeState>> states() = 0;
  // Where we reach a node over the control network. Errors (machine): no such node is up.
  virtual Result<std::string> address_of(const std::string& node) = 0;

  // Drops everything between the nodes and `peers` (names of nodes, or `everyone`), in the nodes'
  // namespaces, for at most `timeout_ms`: the kernel lets it through again by itself when nobody
  // refreshes it. A peer may be cut where everyone is cut as well, and stays so when that is uncut;
  // a packet that both would drop counts for the peer alone.
  virtual Status cut(const std::vector<std::string>& nodes, const std::vector<std::string>& peers,
                     int64_t timeout_ms) = 0;
  // Back to the baseline for these peers, cut or not.
  virtual Status uncut(const std::vector<std::string>& nodes,
                       const std::vector<std::string>& peers) = 0;
  virtual Result<std::map<std::string, CutState>> cuts(const std::vector<std::string>& nodes) = 0;

  // Holds packets that leave the nodes towards the other nodes, until undelay. Nothing here
  // expires: it ends with this process, or (where the kernel itself delays) by undelay from
  // another.
  virtual Status delay(const std::vector<std::string>& nodes, const DelaySpec& spec) = 0;
  virtual Status undelay(const std::vector<std::string>& nodes) = 0;  // delayed or not
  virtual Result<std::map<std::string, DelayState>> delays(
      const std::vector<std::string>& nodes) = 0;
  // How long a packet of each node's and its answer take now, in milliseconds: the shortest of a
  // few tries, with a node that is none of these. Without an answer within `timeout_ms` a node is
  // missing.
  virtual Result<std::map<std::string, double>> round_trips(const std::vector<std::string>& nodes,
                                                            int64_t timeout_ms) = 0;
};

}  // namespace rehearse
