#include "stack/secrets.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "base/certificates.hpp"
#include "base/files.hpp"

namespace rehearse {
namespace {

std::string key_file(const Stack& stack) {
  return stack.secrets_dir + "/authority.key";
}

bool lists(const Stack& stack, const Node& node, const std::string& secret) {
  const auto& listed = stack.component_of(node).secrets;
  return std::ranges::find(listed, secret) != listed.end();
}

Result<std::string> random_text(int bytes) {
  std::vector<unsigned char> random(static_cast<size_t>(bytes));
  if (RAND_bytes(random.data(), bytes) != 1)
    return fail(ExitCode::machine, "no random numbers for the stack's secrets");
  std::string text;
  for (const unsigned char byte : random) text += fmt::format("{:02x}", byte);
  return text;
}

Result<std::string> certificate_text(const Stack& stack, const SecretEntry& secret,
                                     const KeyPair& authority) {
  std::vector<std::string> names = secret.certificate_names, addresses;
  for (const auto& node : stack.nodes) {
    if (!lists(stack, node, secret.name)) continue;
    names.push_back(node.name);
    addresses.push_back(node.address);
  }
  const auto made = make_certificate(authority, names, addresses, secret.mutual);
  if (!made) return std::unexpected(made.error());
  return made->certificate + made->key;
}

std::string escrow_file(const Stack& stack, const std::string& name) {
  return stack.secrets_dir + "/escrow/" + name;
}

// The same text wherever the secret is listed. What was there before is kept for random ones:
// those who check a secret take both for a while.
Status place(const Stack& stack, const SecretEntry& secret, const std::string& text) {
  const bool certificate = secret.random_bytes == 0;
  if (secret.escrow) {
    if (auto made = make_directories(stack.secrets_dir + "/escrow", 0700); !made) return made;
    if (auto kept = write_file_atomically(escrow_file(stack, secret.name), text, 0600); !kept)
      return kept;
  }
  for (const auto& node : stack.nodes) {
    if (!lists(stack, node, secret.name)) continue;
    const std::string path = fmt::format("{}/{}/{}{}", stack.secrets_dir, node.name, secret.name,
                                         certificate ? ".pem" : "");
    if (!certificate && std::filesystem::exists(path)) {
      const auto before = read_file(path);
      if (!before) return std::unexpected(before.error());
      if (auto kept = write_file_atomically(path + ".previous", *before, 0600); !kept) return kept;
    }
    if (auto written = write_file_atomically(path, text, 0600); !written) return written;
  }
  return {};
}

Status make_one(const Stack& stack, const SecretEntry& secret, const KeyPair& authority) {
  const auto text = secret.random_bytes > 0 ? random_text(secret.random_bytes)
                                            : certificate_text(stack, secret, authority);
  if (!text) return std::unexpected(text.error());
  return place(stack, secret, *text);
}

}  // namespace

std::vector<const Node*> servers_of_secret(const Stack& stack, const std::string& name) {
  std::vector<const Node*> nodes;
  for (const auto& node : stack.nodes)
    if (lists(stack, node, name) && stack.component_of(node).tls_port != 0) nodes.push_back(&node);
  return nodes;
}

Result<std::string> shown_serial_of(const Stack& stack, const Node& node, int64_t deadline_ms) {
  return shown_serial({node.address, static_cast<uint16_t>(stack.component_of(node).tls_port)},
                      deadline_ms);
}

std::string authority_file(const Stack& stack) {
  return stack.secrets_dir + "/authority.pem";
}

Status make_secrets(const Stack& stack) {
  const std::string& dir = stack.secrets_dir;
  const auto authority = make_authority(stack.file.name + " authority");
  if (!authority) return std::unexpected(authority.error());
  if (auto made = make_directories(dir); !made) return made;
  if (auto written = write_file_atomically(key_file(stack), authority->key, 0600); !written)
    return written;
  if (auto written = write_file_atomically(authority_file(stack), authority->certificate); !written)
    return written;
  for (const auto& node : stack.nodes) {
    const std::string folder = dir + "/" + node.name;
    // The container's own users may read who is to be believed, whatever our umask is.
    if (auto made = make_directories(folder, 0755); !made) return made;
    if (auto written = write_file_atomically(folder + "/ca.pem", authority->certificate, 0644);
        !written)
      return written;
  }
  const auto is_listed = [&stack](const SecretEntry& secret) {
    return std::ranges::any_of(stack.nodes,
                               [&](const Node& node) { return lists(stack, node, secret.name); });
  };
  for (const auto& secret : stack.file.secrets | std::views::filter(is_listed))
    if (auto made = make_one(stack, secret, *authority); !made) return made;
  return {};
}

Status renew_secret(const Stack& stack, const std::string& name) {
  const auto secret = std::ranges::find(stack.file.secrets, name, &SecretEntry::name);
  if (secret == stack.file.secrets.end())
    return fail(ExitCode::usage, fmt::format("the stack has no secret `{}`", name));
  const auto certificate = read_file(authority_file(stack));
  if (!certificate) return std::unexpected(certificate.error());
  const auto key = read_file(key_file(stack));
  if (!key) return std::unexpected(key.error());
  return make_one(stack, *secret, {*certificate, *key});
}

Status lose_secret(const Stack& stack, const std::string& name) {
  for (const auto& node : stack.nodes) {
    std::error_code error;
    std::filesystem::remove(fmt::format("{}/{}/{}", stack.secrets_dir, node.name, name), error);
    if (error)
      return fail(ExitCode::machine,
                  fmt::format("{} keeps {}: {}", node.name, name, error.message()));
  }
  return {};
}

Status release_secret(const Stack& stack, const std::string& name) {
  const auto copy = read_file(escrow_file(stack, name));
  if (!copy) return std::unexpected(copy.error());
  for (const auto& node : stack.nodes) {
    if (!lists(stack, node, name)) continue;
    const std::string file = fmt::format("{}/{}/{}", stack.secrets_dir, node.name, name);
    if (auto placed = write_file_atomically(file, *copy, 0600); !placed) return placed;
  }
  return {};
}

Result<std::string> serial_of_secret(const Stack& stack, const std::string& name) {
  for (const auto& node : stack.nodes) {
    if (!lists(stack, node, name)) continue;
    const auto text = read_file(fmt::format("{}/{}/{}.pem", stack.secrets_dir, node.name, name));
    if (!text) return std::unexpected(text.error());
    return serial_of(*text);
  }
  return fail(ExitCode::usage, fmt::format("no node of the stack has a certificate `{}`", name));
}

}  // namespace rehearse
