// What a run's folder held when it was recorded, so that a change is seen: manifest.json names each
// file of evidence with its SHA-256 and the number of its records. Who changes the manifest as well
// is found only where its own sum is kept elsewhere.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// Of every file in the folder but logs/ (nodes write there for as long as they stand), incomplete
// books and what is made from the evidence (reports).
Status write_manifest(const std::string& run_dir);

// In words what is not as recorded: files that changed, are gone or came later; empty = nothing.
// Errors (usage): there is no manifest, or it cannot be read.
Result<std::vector<std::string>> changes_since_recorded(const std::string& run_dir);

// Of manifest.json itself; empty where there is none.
std::string manifest_sha256(const std::string& run_dir);

}  // namespace rehearse
