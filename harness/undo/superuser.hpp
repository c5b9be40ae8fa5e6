// The way to a database inside its own node, as its superuser: over its socket, which no fault of
// the network touches, and on a connection that the server reserves for superusers.
#pragma once

#include <string>
#include <vector>

namespace rehearse {

// For Effects::exec. Prints rows as unaligned text, fields separated by `|`. The image keeps the
// password in root's own .pgpass; -w: a wrong one is an error, never a question.
inline std::vector<std::string> superuser_psql(const std::string& statement) {
  return {"psql", "-X",
          "-q",   "-A",
          "-t",   "-w",
          "-v",   "ON_ERROR_STOP=1",
          "-h",   "/run/postgresql",
          "-U",   "postgres",
          "-c",   statement};
}

}  // namespace rehearse
