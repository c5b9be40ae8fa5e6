// What people need to know of a suite that they play together: part of its file, `game_day`.
//
//   game_day:
//     roles: {game-master: starts and stops the suite, dba: watches the database}
//     preflight: [the machine is nobody else's]
//     agenda: [{at: 0m, what: everybody is there}, {at: 15m, what: the suite begins}]
//     abort: [a real incident begins]
//     notify: [{when: the day before, whom: support, what: when it begins and how long it takes}]
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rehearse {

namespace yaml {
struct Node;
class Problems;
}  // namespace yaml

struct AgendaItem {
  int64_t at_ms = 0;  // from when people meet
  std::string what;
};
struct Notification {
  std::string when, whom, what;
};
struct GameDay {
  std::vector<std::pair<std::string, std::string>> roles;  // with what each does, as they stand
  std::vector<std::string> preflight, abort;
  std::vector<AgendaItem> agenda;  // in the order of time
  std::vector<Notification> notify;
};

GameDay read_game_day(const yaml::Node& node, yaml::Problems& problems);

}  // namespace rehearse
