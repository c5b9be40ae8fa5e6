// Who does what and who may approve it: scenarios/people.yaml.
//
//   people:
//     - {name: anna, roles: [incident-lead], key: <public, 64 hex digits>}
//     - {name: test-lead-1, roles: [incident-lead], test_key: <secret, 64 hex digits>}
//
// A test key stands in the file for everybody to read: with it a machine signs in place of people,
// where a scenario asks for that, and the report says so.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "scenario/scenario.hpp"

namespace rehearse {

struct Person {
  std::string name;
  std::vector<std::string> roles;
  std::string key;               // public, as hex
  std::string test_secret = {};  // empty: a key that only this person has

  bool has(const std::string& role) const;
};

struct People {
  std::vector<Person> all;  // in the order of the file

  const Person* by_key(const std::string& key) const;
  // The first with that role; nobody: null.
  const Person* first_with(const std::string& role) const;
  std::vector<std::string> roles() const;  // each once
};

// Everything that is wrong, in the order of the file: a name or a key twice, a key that is none.
std::expected<People, std::vector<Diagnostic>> parse_people(const std::string& path,
                                                            const std::string& text);

}  // namespace rehearse
