// What people set while the platform runs, by versions that two officers publish.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "stack/stack.hpp"

namespace rehearse {

struct PublishedSetting {
  std::string setting, content;
  int64_t version = 0;
};
// By the platform's own word, the newest first. Errors (machine): it has none, its part is not
// raised, or it does not say.
Result<std::vector<PublishedSetting>> published_settings(const Stack& stack);
// A further version, its number; safe to repeat under the same key. Errors (machine): as above, or
// it refuses.
Result<int64_t> publish_setting(const Stack& stack, const std::string& key,
                                const std::string& setting, const std::string& content);

}  // namespace rehearse
