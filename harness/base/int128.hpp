// The 128-bit integer that sums of money use: a GNU extension, named once so that -Wpedantic stays
// on everywhere else.
#pragma once

namespace rehearse {

__extension__ typedef __int128 Int128;

}  // namespace rehearse
