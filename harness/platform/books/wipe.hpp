// Empties a platform's books for the next rehearsal, and proves that they are empty. Only for a
// stack that we raised ourselves: whoever writes must have been stopped.
#pragma once

#include <string>
#include <vector>

#include "platform/books/collect.hpp"
#include "record/tables.hpp"

namespace rehearse {

// Carries out the statements in one transaction on the primary of the source.
// Errors (machine): which statement, and why.
Status wipe_sql(const BooksSource& source, const std::vector<std::string>& statements);

// Deletes the topics and waits until no broker knows them any more; one that is not there is fine.
// Errors (machine): refused, or still there at the deadline (of the monotonic clock).
Status delete_topics(const BooksSource& source, const std::vector<std::string>& topics,
                     int64_t deadline_ns);

// What the books hold besides the players' openings, in words; empty = as good as new.
std::vector<std::string> traces_of_use(const Books& books);

}  // namespace rehearse
