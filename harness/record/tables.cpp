// Books as CSV (RFC 4180): reading and writing are the same for every table, by its columns' names.
#include "record/tables.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/files.hpp"
#include "record/columns.hpp"
#include "record/csv.hpp"

namespace rehearse {
namespace {

// ---- writing

struct AppendField {
  std::string& out;
  void operator()(const std::string* value) const { append_csv_field(out, *value); }
  void operator()(const int64_t* value) const {
    fmt::format_to(std::back_inserter(out), "{}", *value);
  }
  void operator()(const std::optional<int64_t>* value) const {
    if (*value) (*this)(&**value);
  }
};

Status write_table(const std::string& path, const Table& table, const Books& books) {
  constexpr size_t piece_bytes = 1U << 20;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  std::string out;
  for (const Column& column : table.columns) {
    if (&column != table.columns.data()) out += ',';
    out += column.name;
  }
  out += '\n';
  for (size_t i = 0; i < table.count(books); ++i) {
    void* const row = table.row(books, i);
    for (const Column& column : table.columns) {
      if (&column != table.columns.data()) out += ',';
      std::visit(AppendField{out}, column.of(row));
    }
    out += '\n';
    if (out.size() < piece_bytes) continue;
    file.write(out.data(), static_cast<std::streamsize>(out.size()));
    out.clear();
  }
  file.write(out.data(), static_cast<std::streamsize>(out.size()));
  file.close();
  if (!file) return fail(ExitCode::machine, fmt::format("{}: cannot be written", path));
  return {};
}

// ---- reading

struct ParseField {
  std::string_view text;
  bool operator()(std::string* value) const {
    value->assign(text);
    return true;
  }
  bool operator()(int64_t* value) const {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, *value);
    return error == std::errc{} && stop == end;
  }
  bool operator()(std::optional<int64_t>* value) const {
    return text.empty() || (*this)(&value->emplace());
  }
};

// Where each column stands in the header: position[i] of columns[i], or -1.
Result<std::vector<int>> match_header(const std::string& path, std::span<const Column> columns,
                                      std::span<const std::string> header) {
  std::vector<int> position(columns.size(), -1);
  std::string missing;
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < header.size(); ++j) {
      if (header[j] != columns[i].name) continue;
      if (position[i] >= 0) {
        return fail(ExitCode::usage, fmt::format("{}:1: column {} twice", path, header[j]));
      }
      position[i] = static_cast<int>(j);
    }
    if (position[i] >= 0 || !columns[i].required) continue;
    missing += fmt::format("{}{}", missing.empty() ? "" : ", ", columns[i].name);
  }
  if (!missing.empty()) {
    return fail(ExitCode::usage, fmt::format("{}:1: required columns missing: {}", path, missing));
  }
  return position;
}

Status read_table(const std::string& path, std::string_view text, const Table& table,
                  Books& books) {
  CsvReader reader(text);
  std::vector<std::string> fields;
  size_t count = 0;
  const auto at = [&](std::string_view message) {
    return fail(ExitCode::usage, fmt::format("{}:{}: {}", path, reader.line(), message));
  };
  if (!reader.next(fields, count)) return at(reader.error().empty() ? "no header" : reader.error());
  const size_t width = count;
  const auto position = match_header(path, table.columns, std::span(fields).first(width));
  if (!position) return std::unexpected(position.error());
  table.create(books);
  while (reader.next(fields, count)) {
    if (count == 1 && fields[0].empty() && width > 1) continue;  // an empty line
    if (count != width) return at(fmt::format("{} fields, the header has {}", count, width));
    void* const row = table.append(books);
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if ((*position)[i] < 0) continue;
      const Column& column = table.columns[i];
      const std::string& field = fields[static_cast<size_t>((*position)[i])];
      if (std::visit(ParseField{field}, column.of(row))) continue;
      if (column.lenient) {
        std::visit(ParseField{"0"}, column.of(row));
        continue;
      }
      return at(fmt::format("{} is not a whole number: \"{}\"", column.name, field));
    }
  }
  if (!reader.error().empty()) return at(reader.error());
  return {};
}

Status set_aside(const std::string& dir, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  const std::string folder = dir + "/incomplete";
  std::filesystem::create_directories(folder, error);
  if (!error)
    std::filesystem::rename(path, folder + "/" + std::filesystem::path(path).filename().string(),
                            error);
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", path, error.message()));
  return {};
}

std::string path_of(const std::string& dir, const Table& table) {
  return fmt::format("{}/{}.csv", dir, table.name);
}

}  // namespace

Status write_books(const std::string& dir, const Books& books) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return fail(ExitCode::machine, fmt::format("{}: {}", dir, error.message()));
  for (const Table& table : all_tables()) {
    const std::string path = path_of(dir, table);
    if (table.exists(books)) {
      if (const Status status = write_table(path, table, books); !status) return status;
    } else {
      // It could not be read, or is of an older run: kept as evidence, and not read back.
      if (const Status kept = set_aside(dir, path); !kept) return kept;
    }
  }
  return {};
}

Books read_books(const std::string& dir, std::vector<std::string>& troubles) {
  Books books;
  for (const Table& table : all_tables()) {
    const std::string path = path_of(dir, table);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      if (error) troubles.push_back(fmt::format("book {}: {}", path, error.message()));
      continue;
    }
    const auto text = read_file(path);
    const Status read =
        text ? read_table(path, *text, table, books) : std::unexpected(text.error());
    if (read) continue;
    table.remove(books);
    troubles.push_back("book " + read.error().message);
  }
  return books;
}

}  // namespace rehearse
