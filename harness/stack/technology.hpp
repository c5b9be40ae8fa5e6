// What the harness knows of a component because of the program that it runs: which roles its nodes
// take, how one look tells them, what its being whole means, where its clients go. One file for
// each in technologies/ and one line in technologies.def; nobody else compares their names or the
// names of their roles.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stack/stack.hpp"
#include "stack/view.hpp"

namespace rehearse {

enum class Rank {
  spare,   // of those who hold nothing that somebody would have to take over
  second,  // takes over first
  leader,  // the one that the others follow
};

struct Role {
  std::string name;
  Rank rank = Rank::spare;
  bool selectable = true;  // a scenario may name it: postgres.primary
};

// Watches over what a component's nodes hold together; keeps its connections between looks.
class CopiesWatch {
 public:
  virtual ~CopiesWatch() = default;
  // Partitions with copies that are behind; nullopt: no answer in time.
  virtual std::optional<int64_t> behind() = 0;
};

class Technology {
 public:
  virtual ~Technology() = default;

  virtual std::vector<Role> roles(const ComponentEntry&) const { return {}; }
  // Asks the node itself; bounded by about half a second.
  virtual NodeView look(const Stack& stack, const Node& node) const = 0;
  // Roles decide the figures of a failover and are looked at often, plain health is not.
  virtual std::chrono::milliseconds look_interval(const ComponentEntry& component) const;
  // What keeps the component from being whole besides a node that is not healthy, in words. Every
  // node of it was seen.
  virtual std::vector<std::string> missing(const Stack&, const ComponentEntry&,
                                           const StackView&) const {
    return {};
  }
  virtual std::unique_ptr<CopiesWatch> watch_copies(const Stack&, const ComponentEntry&) const {
    return nullptr;
  }
  // Who holds its roles in a few words, for the live view; empty: nothing that players wait for.
  virtual std::string roles_line(const Stack&, const ComponentEntry&, const StackView&) const {
    return "";
  }
  // The leader gives its role to that node, which is there when this returns. Errors (machine): it
  // would not, or cannot be told to.
  virtual Status hand_over(const Stack& stack, const Node& leader, const Node& to) const;
  // A cluster that follows another region's is to lead by itself, and to follow one: whoever asks
  // looks for when it does. Errors (machine): nobody there takes it.
  virtual Status promote(const Stack& stack, const ComponentEntry& component) const;
  virtual Status follow(const Stack& stack, const ComponentEntry& component,
                        const ComponentEntry& of) const;
  // Where its clients go, which need not be where its health is.
  virtual int client_port(const ComponentEntry& component) const { return component.port; }
  // Words of the command line of the process by which a node serves, and of the one by which it
  // follows; empty: there is none of its own.
  virtual std::string_view serving_process() const { return ""; }
  virtual std::string_view following_process() const { return ""; }
};

const Technology& technology_of(const ComponentEntry& component);
const Technology& technology_of(const Stack& stack, const Node& node);

// Spare where the role is none of the component's.
Rank rank_of(const ComponentEntry& component, std::string_view role);
// The selectors of the roles of a rank: "postgres.primary"; empty: it has none.
std::string selector_of(const Stack& stack, const std::string& component, Rank rank);
Endpoint client_endpoint(const Stack& stack, const Node& node);

}  // namespace rehearse
