// What a run's folder held when it was recorded, so that a change is seen: manifest.json names each
// file of evidence with its SHA-256, the number of its records and a short sum of each. Who changes
// the manifest as well is found only by its signature, or where its own sum is kept elsewhere.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace rehearse {

// Raw, 64 bytes: openssl pkeyutl -verify -pubin -inkey KEY -rawin -in manifest.json -sigfile this
constexpr const char* manifest_signature_file = "manifest.json.sig";

// Of every file in the folder but logs/ (nodes write there for as long as they stand), incomplete
// books and what is made from the evidence (reports). Signed by that
// secret key (hex) unless it is empty.
Status write_manifest(const std::string& run_dir, const std::string& secret = "");

// In words what is not as recorded: files that changed, are gone or came later; empty = nothing.
// Errors (usage): there is no manifest, or it cannot be read.
Result<std::vector<std::string>> changes_since_recorded(const std::string& run_dir);

// Of manifest.json itself; empty where there is none.
std::string manifest_sha256(const std::string& run_dir);

}  // namespace rehearse
