// What the fuzzed services share: whole ones in this process, each with what must be true of its
// books in the end: what was never asked for well and with the right signature has moved nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "casino/common/json.hpp"
#include "fuzz.hpp"

namespace casino::fuzz {

// Seconds since 1970, as signatures count.
int64_t wall_s();

// A folder for a book, as long as the target lives.
class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "http-fuzz.XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string book() const { return path_ / "book.sqlite"; }

 private:
  std::filesystem::path path_;
};

bool is_2xx(int status);

// What every service owes: a status, an answer that can be read, no exception inside.
Outcome judged(const Request& request, const Response& response);

struct Money {
  std::string business_key, currency;
  int64_t amount_minor = 0;
  bool operator==(const Money&) const = default;
};

// nullopt: no well-formed order of money.
std::optional<Money> money_of(const std::string& body, std::string_view key = "business_key");
Money money_in(const json::object& row, std::string_view key = "business_key");

json::array rows_of(const std::string& dump, std::string_view name);

Request get(const std::string& path, const std::string& query = "");
Request post(const std::string& path, const std::string& body, Headers headers = {});

// The requests to the control network besides. `last` comes when what was asked before has had time
// to end.
std::vector<Request> with_control(std::vector<Request> seeds, std::vector<Request> last = {});

enum class Signer { nobody, owner, stranger };

// Every other request is signed anew, or nothing but signatures would be tested; a quarter of them
// as well as can be, but by a stranger's key.
Signer signer_of(const Request& request, const std::string& header);
void put_header(Request& request, const std::string& name, std::string value);

template <typename T>
Surface service(std::string name, std::vector<Request> seeds, std::vector<Request> hostile) {
  return {std::move(name), std::move(seeds), std::move(hostile),
          [] { return std::make_unique<T>(); }};
}

// A line a service.
Surface bridge_surface();
Surface session_surface();
Surface lifeline_surface();
Surface psp_surface();
Surface chain_surface();
Surface kyt_surface();
Surface studio_surface();
Surface stream_surface();
Surface server_surface();

}  // namespace casino::fuzz
