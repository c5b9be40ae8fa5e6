// What a person sees while a rehearsal runs: on a terminal one line that is redrawn below the
// events; without a terminal plain lines, one for each event and one every few seconds.
#pragma once

#include <mutex>
#include <string>

namespace rehearse {

// A terminal that obeys escape sequences: TERM says which one it is, and `dumb` that it obeys none.
bool obeys_escapes(int fd);

class LiveView {
 public:
  LiveView(bool quiet, bool terminal) : quiet_(quiet), terminal_(terminal) {}
  ~LiveView() { clear(); }

  void say(const std::string& line);     // a line that stays
  void status(const std::string& line);  // the line that is redrawn
  void clear();

 private:
  std::mutex mutex_;
  bool quiet_, terminal_;
  std::string status_;
  long long last_plain_ns_ = 0;
};

}  // namespace rehearse
