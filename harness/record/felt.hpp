// What a player feels of waiting.
#pragma once

namespace rehearse {

// Up to here an answer feels immediate (Miller 1968; Nielsen, "Usability Engineering", 1993), so
// nothing that is faster counts as slow, however much faster it usually is.
constexpr double felt_at_once_ms = 100;

}  // namespace rehearse
