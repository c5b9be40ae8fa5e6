// Whole files: read at once, written so that a crash leaves the old one or the new one, never half.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rehearse {

// Errors name the path and errno's text, here and below. More than `bytes_max` is an error, and not
// read: some files never end (/dev/zero).
Result<std::string> read_file(const std::string& path, size_t bytes_max = SIZE_MAX);
// The same, of what somebody else put there: a pipe, on which reading would wait, is an error.
Result<std::string> read_regular_file(const std::string& path, size_t bytes_max);

// Temporary file beside it, fsync, rename, fsync of the directory. The mode is that of a new file
// (0666 less the umask) unless one is given, which holds whatever the umask is: containers read
// some.
Status write_file_atomically(const std::string& path, std::string_view content,
                             std::optional<int> mode = {});

// Like mkdir -p; an existing directory is fine. A mode, as above, is that of the last one.
Status make_directories(const std::string& path, std::optional<int> mode = {});

}  // namespace rehearse
