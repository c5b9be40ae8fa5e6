#include "runbook/people.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ed25519.hpp"
#include "scenario/reader.hpp"

namespace rehearse {
namespace {

using yaml::MapReader;
using yaml::Problems;
using yaml::Where;

constexpr size_t people_max = 1'000;

void read_key(MapReader& map, Person& person, Problems& problems) {
  const yaml::Node *key = map.take("key"), *test = map.take("test_key");
  if ((key == nullptr) == (test == nullptr))
    return problems.add(map.at(), "a person has either `key` (public) or `test_key` (secret)");
  const yaml::Node& given = key ? *key : *test;
  const char* what = key ? "key" : "test_key";
  const auto text = yaml::read_text(given, what, problems);
  if (!text) return;
  if (!is_ed25519_key(*text))
    return problems.add(given.at, fmt::format("`{}` must be 64 hex digits in lower case", what));
  person.key = key ? *text : ed25519_public(*text);
  if (test) person.test_secret = *text;
}

void read_person(const yaml::Node& node, People& people, Problems& problems) {
  MapReader map(node, "person", problems);
  Person person;
  const yaml::Node* name = map.need("name");
  if (name) person.name = yaml::read_text(*name, "name", problems).value_or("");
  if (const yaml::Node* roles = map.need("roles")) {
    if (yaml::is_filled_list(*roles, "roles", people_max, problems))
      person.roles = yaml::read_texts(*roles, "roles", problems);
  }
  if (map.is_map()) read_key(map, person, problems);
  map.finish();
  for (const Person& other : people.all) {
    if (!person.name.empty() && other.name == person.name)
      problems.add(name->at, fmt::format("{} is named twice", yaml::shown(person.name)));
    if (!person.key.empty() && other.key == person.key)
      problems.add(node.at, fmt::format("{} and {} have the same key: one could sign for both",
                                        other.name, person.name));
  }
  people.all.push_back(std::move(person));
}

}  // namespace

bool Person::has(const std::string& role) const {
  return std::ranges::find(roles, role) != roles.end();
}

const Person* People::by_key(const std::string& key) const {
  const auto found = std::ranges::find(all, key, &Person::key);
  return found == all.end() ? nullptr : &*found;
}

const Person* People::first_with(const std::string& role) const {
  const auto found =
      std::ranges::find_if(all, [&](const Person& person) { return person.has(role); });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> People::roles() const {
  std::vector<std::string> names;
  for (const Person& person : all)
    for (const std::string& role : person.roles)
      if (std::ranges::find(names, role) == names.end()) names.push_back(role);
  return names;
}

std::expected<People, std::vector<Diagnostic>> parse_people(const std::string& path,
                                                            const std::string& text) {
  Problems problems;
  People people;
  auto tree = yaml::parse_tree(text, Where{0, 1, 1});
  if (!tree) {
    problems.add_all(std::move(tree.error()));
  } else {
    MapReader map(*tree, "people", problems);
    const yaml::Node* list = map.need("people");
    map.finish();
    if (list && yaml::is_filled_list(*list, "people", people_max, problems))
      for (const yaml::Node& person : list->items) read_person(person, people, problems);
  }
  if (!problems.empty()) return std::unexpected(problems.sorted({path}));
  return people;
}

}  // namespace rehearse
