// The nodes of a database with backups, without any: they answer as the images' scripts do.
#pragma once

#include <fmt/format.h>

#include <mutex>

#include "base/files.hpp"
#include "platform/backups.hpp"
#include "tests/unit/base/temporary_folder.hpp"
#include "tests/unit/runtime/fake_runtime.hpp"

namespace rehearse::test {

class BackupNodes {
 public:
  BackupNodes() {
    stack.secrets_dir = folder_.path();
    ComponentEntry database, store;
    database.name = "db", database.roles = "patroni";
    store.name = "s3", store.roles = "s3";
    stack.file.components = {database, store};
    stack.nodes = {{"db-1", "db", "az-1", "198.18.1.21", 1, {}},
                   {"db-2", "db", "az-2", "198.18.2.21", 2, {}},
                   {"s3-1", "s3", "store", "198.18.6.10", 1, {}}};
    stack.file.books.sql_component = "db";
    stack.file.books.sql_database = "casino";
    stack.file.backups = {"db", "s3", "", "backups", "casino", "backup-key", "SELECT schema",
                          {},   "",   {}};
    stack.file.backups.policy.retention_ms = 86'400'000;
    (void)make_directories(stack.secrets_dir + "/db-2");
    (void)write_file_atomically(stack.secrets_dir + "/db-2/backup-key", "secret");
    runtime.on_exec = [this](const std::string& node, const std::vector<std::string>& argv) {
      const std::lock_guard lock(mutex_);
      return answer(node, argv);
    };
  }
  // While backups are made on another thread.
  size_t made() {
    const std::lock_guard lock(mutex_);
    return labels.size();
  }
  void kill(const std::string& node) {
    const std::lock_guard lock(mutex_);
    dead.insert(node);
  }

  Result<std::string> answer(const std::string& node, const std::vector<std::string>& argv) {
    if (dead.contains(node)) return fail(ExitCode::machine, node + " does not run");
    if (argv[0] == "psql") return "d1\n";
    if (argv[1] == "full" || argv[1] == "incr") {
      if (state == "done\n") labels.push_back(fmt::format("B{}", labels.size()));
      return "";
    }
    if (argv[1] == "state") return state;
    if (argv[1] == "info") return catalogue(cut_off.contains(node) ? 99 : 0);
    if (argv[1] == "retention") return retention;
    if (argv[1] == "locked-until") return "1772452800\n";
    if (argv[1] == "sums") {
      std::string sums;
      for (size_t i = 2; i < argv.size(); ++i) sums += sum.empty() ? "\n" : sum + argv[i] + "\n";
      return sums;
    }
    if (argv[1] == "put") return "v7\n";
    if (argv[2] != "DELETE") return fmt::format("said\n{}\n", read_status);
    return fmt::format("<Error><Code>{}</Code><Message/></Error>\n{}\n", deletion_error,
                       deletion_status);
  }

  std::string catalogue(int status) const {
    std::string backups;
    for (const auto& label : labels)
      backups += fmt::format(
          R"({}{{"label":"{}","type":"full","timestamp":{{"start":1769860800,"stop":1769860806}},
"archive":{{"start":"1","stop":"2"}},"info":{{"size":1,"repository":{{"delta":1}}}},
"database":{{"id":1}}}})",
          backups.empty() ? "" : ",", label);
    return fmt::format(
        R"([{{"name":"casino","cipher":"aes-256-cbc","status":{{"code":{},"message":"said"}},
"db":[{{"id":1,"system-id":7}}],"archive":[],"backup":[{}]}}])",
        status, backups);
  }

  Stack stack;
  FakeRuntime runtime;
  std::set<std::string> dead, cut_off;  // cut_off: from the store
  std::vector<std::string> labels;
  std::string state = "done\n", sum = "sum of ", retention = "30\n";
  std::string deletion_error = "AccessDenied";
  int deletion_status = 403, read_status = 200;

 private:
  const TemporaryFolder folder_;
  std::mutex mutex_;
};

}  // namespace rehearse::test
