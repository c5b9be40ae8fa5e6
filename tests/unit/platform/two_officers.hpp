// A desk of two officers, and who checks what they sign.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/ed25519.hpp"
#include "casino/common/officers.hpp"
#include "stack/stack.hpp"

namespace rehearse::test {

// Nodes desk-1 and desk-2 of the component `desk`.
inline void add_two_officers(Stack& stack) {
  ComponentEntry desk;
  desk.name = "desk";
  stack.file.components.push_back(desk);
  for (const char digit : {'1', '2'})
    stack.nodes.push_back(
        {std::string("desk-") + digit,
         "desk",
         "az-1",
         "127.0.0.1",
         1,
         {{"OFFICER", std::string("officer-") + digit}, {"OFFICER_KEY", std::string(64, digit)}}});
}

// As the platform checks them.
class OfficersCheck {
 public:
  bool are_signatures_of(const std::string& text, const nlohmann::json& body) {
    const auto word = [&](const char* key) { return body[key].get<std::string>(); };
    return officers_.four_eyes(text, word("proposed_by"), word("proposed_sig"), word("approved_by"),
                               word("approved_sig"));
  }

 private:
  casino::Officers officers_{{{"officer-1", ed25519_public(std::string(64, '1'))},
                              {"officer-2", ed25519_public(std::string(64, '2'))}}};
};

}  // namespace rehearse::test
