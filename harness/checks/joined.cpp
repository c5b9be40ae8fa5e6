#include "checks/joined.hpp"

namespace rehearse {

Joined::Joined(const Run& recorded)
    : run(recorded),
      ended(ended_operations(recorded.history)),
      ledger(recorded),
      intents(intents_by_operation(recorded)),
      loss(find_loss(recorded, ended, ledger, intents)),
      told_of(recorded.books.events ? transactions_of(*recorded.books.events, ledger)
                                    : std::vector<const Transaction*>{}),
      mended_ms(mended_ms_of(recorded)),
      rto(measure_rto(*this)) {}

}  // namespace rehearse
