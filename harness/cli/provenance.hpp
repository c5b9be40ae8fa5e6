// Whether a run's folder is as it was recorded, and by whom it was signed: what `check` and
// `verify` ask before anything else.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// A public key as it is given, or from a file that holds it so or in PEM; none where none is given.
// Errors (usage): it is none.
Result<std::string> public_key_of(const std::string& given);

// The key, or `nobody`.
const char* name_of_signer(const std::string& key);

// In words all that is not as recorded, of the files and of the audit trail. With `signed_by`, that
// key must have signed the trail; without one, the run's own facts say whose it was: who alters
// these can alter those. Errors (usage): there is no manifest, or it cannot be read.
Result<std::vector<std::string>> changes_of_run(const std::string& run_dir,
                                                const std::string& signed_by);

}  // namespace rehearse
