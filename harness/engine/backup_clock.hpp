// Has backups made in their time, on the clock that the platform declares: a full one before
// anybody plays, and then what is due, on whichever node is the primary.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/recorder.hpp"
#include "platform/backups.hpp"
#include "stack/observer.hpp"

namespace rehearse {

class BackupClock {
 public:
  // `view` says who is the primary at that moment. All of them outlive it.
  BackupClock(Effects& effects, const Stack& stack, std::function<StackView()> view,
              Recorder& recorder)
      : backups_(effects, stack), stack_(stack), view_(std::move(view)), recorder_(recorder) {}

  // Returns once there is a full one. Nothing happens where no store is raised. Errors
  // (inconclusive): it could not be made.
  Status begin();
  // Ends it once the one that is being made is made, and tells what there is; what cannot be told,
  // in words.
  std::vector<std::string> finish(Books& books);
  // Where a restored database is; nullopt: none was restored. Known when it is finished.
  const std::optional<DatabaseLogin>& restored() const { return restored_; }

 private:
  Status make(BackupKind kind);
  void keep_time(const std::stop_token& stop);
  Result<std::string> primary() const;
  Status collect_restore(Books& books);

  Backups backups_;
  const Stack& stack_;
  const std::function<StackView()> view_;
  Recorder& recorder_;
  std::optional<DatabaseLogin> restored_;
  int64_t full_ns_ = 0, made_ns_ = 0;  // when the last full one and the last of any kind began
  std::jthread thread_;                // last: it uses the others
};

}  // namespace rehearse
