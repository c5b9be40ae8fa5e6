// Has backups made in their time, on the clock that the platform declares: a full one before
// anybody plays, and then what is due, on whichever node is the primary.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/recorder.hpp"
#include "platform/backups.hpp"
#include "platform/kept_copies.hpp"
#include "record/run.hpp"
#include "stack/observer.hpp"

namespace rehearse {

class BackupClock {
 public:
  // `view` says who is the primary at that moment. All of them outlive it.
  BackupClock(Effects& effects, const Stack& stack, std::function<StackView()> view,
              Recorder& recorder)
      : backups_(effects, stack),
        copies_(effects, stack),
        stack_(stack),
        view_(std::move(view)),
        recorder_(recorder) {}

  // Returns once there is a full one. Nothing happens where no store is raised. Errors
  // (inconclusive): it could not be made.
  Status begin();
  // Ends it once the one that is being made is made, and tells what there is; of a database that
  // was restored the tables of the primary's, which are put into the run's folder, too. What cannot
  // be told, in words.
  std::vector<std::string> finish(Run& run, const std::map<std::string, std::string>& tables,
                                  const std::string& run_dir);

 private:
  Status make(BackupKind kind);
  void keep_time(const std::stop_token& stop);
  Result<std::string> primary() const;
  std::vector<std::string> prove_copies(Books& books);
  Status collect_restore(Books& books);
  Books collect_restored(const std::map<std::string, std::string>& tables, const std::string& dir,
                         std::vector<std::string>& troubles) const;

  Backups backups_;
  KeptCopies copies_;
  const Stack& stack_;
  const std::function<StackView()> view_;
  Recorder& recorder_;
  std::optional<DatabaseLogin> restored_;  // nullopt: none was
  int64_t full_ns_ = 0, made_ns_ = 0;      // when the last full one and the last of any kind began
  std::jthread thread_;                    // last: it uses the others
};

}  // namespace rehearse
