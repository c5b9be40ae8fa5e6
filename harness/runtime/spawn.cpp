#include "runtime/spawn.hpp"

#include <spawn.h>
#include <unistd.h>

#include <cstring>

#include "base/scope_exit.hpp"

namespace rehearse {

Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& words,
                    const Streams& streams, Own own) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  const ScopeExit freeing([&] {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  });
  ::posix_spawn_file_actions_adddup2(&actions, streams.in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, streams.err, STDERR_FILENO);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes,
                             own == Own::group ? POSIX_SPAWN_SETPGROUP : POSIX_SPAWN_SETSID);
  // What outlives us must not keep our sockets open.
  if (own == Own::session) ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = -1;
  const int code =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  if (code != 0) return fail(ExitCode::machine, std::strerror(code));
  return pid;
}

}  // namespace rehearse
