// What a store with one backup, F1 unless another is said, answers to whoever deals with it: as the
// images' scripts print it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rehearse::test {

// nullopt: it is no question of backups. `spoiled`: garbage was put over its list of files, which
// has the checksum `sum_spoiled` then.
inline std::optional<std::string> backup_answer(const std::vector<std::string>& argv, bool& spoiled,
                                                const std::string& sum_spoiled = "c2",
                                                const std::string& label = "F1") {
  if (argv.size() < 2 || (argv[0] != "backup" && argv[0] != "s3")) return std::nullopt;
  if (argv[1] == "info")
    return R"([{"name":"casino","cipher":"aes-256-cbc","status":{"code":0,"message":"ok"},
"db":[{"id":1,"system-id":7}],"archive":[],"backup":[{"label":")" +
           label + R"(","type":"full",
"timestamp":{"start":1,"stop":2},"archive":{"start":"1","stop":"2"},
"info":{"size":1,"repository":{"delta":1}},"database":{"id":1}}]}])";
  if (argv[1] == "sums") return (spoiled ? sum_spoiled : "c1") + "\n";
  if (argv[1] == "version") return "v1\n";
  if (argv[1] == "spoil") spoiled = argv.size() == 4;
  return argv.size() > 2 && argv[2] == "DELETE" ? "\n403\n" : "\n200\n";
}

}  // namespace rehearse::test
