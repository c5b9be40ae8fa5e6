// What pgbackrest says of the backups that there are (`info --output=json`), as plain values.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/tables.hpp"

namespace rehearse {

// In the order in which they were made; what the tool does not know is empty. Errors
// (inconclusive): it is no such answer, or says that the repository is in no good state.
Result<std::vector<Backup>> read_catalogue(const std::string& json, const std::string& stanza);

}  // namespace rehearse
