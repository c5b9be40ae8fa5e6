#include "runbook/approval_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/files.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "scenario/problems.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* approval_schema = "rehearse.approval/2";
constexpr const char* request_schema = "rehearse.approval-request/2";
constexpr std::string_view request_ending = ".request.json";
constexpr size_t bytes_max = 1 << 16;
constexpr int64_t year_2200_s = 7'258'118'400;  // later ones overflow in nanoseconds

// Nothing less and nothing more than these keys.
Result<json> read_exactly(const std::string& path, const char* schema,
                          const std::vector<std::string>& keys) {
  const auto text = read_regular_file(path, bytes_max);
  if (!text) return fail(ExitCode::usage, text.error().message);
  const json object = json::parse(*text, nullptr, false);
  const auto malformed = [](const std::string& why) {
    return fail(ExitCode::usage, "malformed: " + why + "; sign again by `rehearse approve`");
  };
  if (!object.is_object()) return malformed("no object of JSON");
  for (const std::string& key : keys)
    if (!object.contains(key)) return malformed("it lacks `" + key + "`");
  for (const auto& [key, value] : object.items())
    if (key != "schema" && std::ranges::find(keys, key) == keys.end())
      return malformed("unknown key " + yaml::shown(key));
  if (!object.contains("schema") || object["schema"] != schema)
    return malformed(fmt::format("`schema` is not {}", schema));
  return object;
}

// The folder's name, which is the run's, need not be UTF-8.
std::string utf8_of(const json& object) {
  return object.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

// Whether a terminal shows all of it, and does nothing else.
bool is_shown(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0 || (is_unshown(text.substr(0, length)) && text[0] != '\n')) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Whoever signs means the run whose folder he names and the step that he names, and in time.
Status require_meant(const ApprovalRequest& request, const std::string& run_dir,
                     const std::string& file) {
  const auto wrong = [&](std::string_view what) {
    return fail(ExitCode::usage, fmt::format("{}: {}; do not sign it", yaml::shown(file), what));
  };
  if (sha256_hex(request.content) != request.content_sha256)
    return wrong("its content is not what would be signed: it was altered");
  const std::string* printed[] = {&request.run, &request.step, &request.role, &request.executor,
                                  &request.content};
  if (!std::ranges::all_of(printed, [](const auto* text) { return is_shown(*text); }))
    return wrong("it has what a terminal does not show");
  std::error_code error;
  const fs::path named = fs::absolute(run_dir, error).lexically_normal() / "";
  const fs::path real = fs::weakly_canonical(run_dir, error);
  if (request.run != named.parent_path().filename() && request.run != real.filename())
    return wrong("it is of another run");
  if (request.step + std::string(request_ending) != file) return wrong("it is of another step");
  if (request.until_s < 0 || request.until_s > year_2200_s) return wrong("its time is none");
  if (request.until_s * ns_per_s < wall_ns())
    return fail(ExitCode::usage, fmt::format("too late: {} waited for approval until {}",
                                             request.step, rfc3339(request.until_s * ns_per_s)));
  return {};
}

}  // namespace

std::string approvals_dir(const std::string& run_dir) {
  return run_dir + "/approvals";
}

bool is_approval_of(std::string_view file, const std::string& step) {
  return file.starts_with(step + ".") && file.ends_with(".json") && !file.ends_with(request_ending);
}

Status write_request(const std::string& run_dir, const ApprovalRequest& request) {
  const json object = {{"schema", request_schema},
                       {"run", request.run},
                       {"step", request.step},
                       {"content", request.content},
                       {"content_sha256", request.content_sha256},
                       {"role", request.role},
                       {"executor", request.executor},
                       {"count", request.count},
                       {"until_s", request.until_s},
                       {"nonce", request.nonce}};
  return write_file_atomically(
      fmt::format("{}/{}{}", approvals_dir(run_dir), request.step, request_ending),
      utf8_of(object));
}

Result<std::string> write_approval(const std::string& run_dir, const ApprovalFile& approval) {
  const json object = {{"schema", approval_schema},
                       {"run", approval.claim.run},
                       {"step", approval.claim.step},
                       {"content_sha256", approval.claim.content_sha256},
                       {"expires_s", approval.claim.expires_s},
                       {"nonce", approval.claim.nonce},
                       {"request", approval.claim.request},
                       {"key", approval.key},
                       {"signature", approval.signature}};
  const std::string path = fmt::format("{}/{}.{}.json", approvals_dir(run_dir), approval.claim.step,
                                       approval.claim.nonce);
  const Status written = write_file_atomically(path, utf8_of(object));
  if (!written) return std::unexpected(written.error());
  return path;
}

Result<ApprovalFile> read_approval(const std::string& path) {
  const auto object = read_exactly(
      path, approval_schema,
      {"run", "step", "content_sha256", "expires_s", "nonce", "request", "key", "signature"});
  if (!object) return std::unexpected(object.error());
  try {
    ApprovalFile file;
    object->at("run").get_to(file.claim.run);
    object->at("step").get_to(file.claim.step);
    object->at("content_sha256").get_to(file.claim.content_sha256);
    object->at("nonce").get_to(file.claim.nonce);
    object->at("request").get_to(file.claim.request);
    object->at("key").get_to(file.key);
    object->at("signature").get_to(file.signature);
    if (!is_ed25519_key(file.key))
      return fail(ExitCode::usage, "malformed: `key` is no key of Ed25519; sign again");
    const json& expires = object->at("expires_s");
    if (!expires.is_number_unsigned() || expires > year_2200_s)
      return fail(ExitCode::usage, "malformed: `expires_s` is no time; sign again");
    expires.get_to(file.claim.expires_s);
    return file;
  } catch (const std::exception& error) {
    return fail(ExitCode::usage, fmt::format("malformed: {}; sign again", error.what()));
  }
}

Result<ApprovalRequest> find_request(const std::string& run_dir, const std::string& step) {
  std::error_code error;
  if (fs::exists(run_dir + "/manifest.json", error))
    return fail(ExitCode::usage, run_dir + ": the run has ended: nothing waits for approval");
  std::vector<std::string> paths, asked;
  for (const auto& file : fs::directory_iterator(approvals_dir(run_dir), error)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(request_ending)) continue;
    const std::string id = name.substr(0, name.size() - request_ending.size());
    asked.push_back(yaml::shown(id));
    if (id == step || id.substr(id.find('.') + 1) == step) paths.push_back(file.path().string());
  }
  if (paths.size() != 1)
    return fail(
        ExitCode::usage,
        fmt::format("{}: {} `{}` waits for approval{}", run_dir,
                    paths.empty() ? "no step" : "more than one step", step,
                    asked.empty() ? "" : fmt::format("; asked are: {}", fmt::join(asked, ", "))));
  const std::string file = fs::path(paths.front()).filename().string();
  const auto object = read_exactly(paths.front(), request_schema,
                                   {"run", "step", "content", "content_sha256", "role", "executor",
                                    "count", "until_s", "nonce"});
  if (!object) return fail(ExitCode::usage, yaml::shown(file) + ": " + object.error().message);
  try {
    ApprovalRequest request;
    object->at("run").get_to(request.run);
    object->at("step").get_to(request.step);
    object->at("content").get_to(request.content);
    object->at("content_sha256").get_to(request.content_sha256);
    object->at("role").get_to(request.role);
    object->at("executor").get_to(request.executor);
    object->at("count").get_to(request.count);
    object->at("until_s").get_to(request.until_s);
    object->at("nonce").get_to(request.nonce);
    const Status meant = require_meant(request, run_dir, file);
    return meant ? Result<ApprovalRequest>(std::move(request)) : std::unexpected(meant.error());
  } catch (const std::exception& failure) {
    return fail(ExitCode::usage, fmt::format("{}: {}", yaml::shown(file), failure.what()));
  }
}

Result<std::string> read_secret_key(const std::string& path) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0)
    return fail(ExitCode::usage, fmt::format("{}: {}", path, std::strerror(errno)));
  if (S_ISREG(state.st_mode) && (state.st_mode & 077) != 0)
    return fail(ExitCode::usage, fmt::format("{}: others can read or write this secret key "
                                             "({:03o}): take a new one, and `chmod 600` it",
                                             path, state.st_mode & 0777));
  const auto text = read_file(path, bytes_max);
  if (!text) return fail(ExitCode::usage, text.error().message);
  std::string secret = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
  if (!is_ed25519_key(secret)) secret = ed25519_secret_of_pem(*text);
  if (is_ed25519_key(secret)) return secret;
  return fail(ExitCode::usage,
              path +
                  ": no secret key of Ed25519: 64 hex digits, or PEM as `openssl genpkey "
                  "-algorithm ed25519` writes it");
}

}  // namespace rehearse
