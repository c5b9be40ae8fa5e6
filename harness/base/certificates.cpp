#include "base/certificates.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace rehearse {

namespace {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

constexpr long valid_s = 7L * 24 * 3600;
constexpr long clock_skew_s = 3600;

std::unexpected<Error> refused(const char* what) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof text);
  }
  ERR_clear_error();
  return fail(ExitCode::machine, fmt::format("certificates: {}: {}", what, text));
}

std::string pem_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Bio reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<KeyPair> pair_of(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_out(BIO_new(BIO_s_mem())), key_out(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return refused("cannot be written");
  }
  return KeyPair{pem_of(certificate_out.get()), pem_of(key_out.get())};
}

bool extend(X509* certificate, X509V3_CTX* context, int id, const std::string& value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, context, id, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Serial, subject, key and time; unsigned as yet.
Certificate draft(const std::string& common_name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  unsigned char serial[16];
  if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7f;  // a positive number (RFC 5280, 4.1.2.2)
  const std::unique_ptr<BIGNUM, Release<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  X509_set_version(certificate.get(), X509_VERSION_3);
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -clock_skew_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_s);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string alternatives(const std::vector<std::string>& names,
                         const std::vector<std::string>& addresses) {
  std::string text;
  const auto add = [&text](const char* kind, const std::string& value) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", kind, value);
  };
  for (const auto& name : names) add("DNS", name);
  for (const auto& address : addresses) add("IP", address);
  return text;
}

}  // namespace

Result<KeyPair> make_authority(const std::string& common_name) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return refused("no key");
  const Certificate certificate = draft(common_name, key.get());
  if (!certificate) return refused("no draft");
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  if (!extend(certificate.get(), &context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !extend(certificate.get(), &context, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !extend(certificate.get(), &context, NID_subject_key_identifier, "hash") ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return refused("the authority cannot be signed");
  }
  return pair_of(certificate.get(), key.get());
}

Result<KeyPair> make_certificate(const KeyPair& authority, const std::vector<std::string>& names,
                                 const std::vector<std::string>& addresses, bool mutual) {
  const Bio certificate_in = reading(authority.certificate), key_in = reading(authority.key);
  const Certificate issuer(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
  const Key issuer_key(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  if (!issuer || !issuer_key || !key) return refused("no authority");
  const std::string called = alternatives(names, addresses);
  if (called.empty()) return refused("it would be for nobody");
  const Certificate certificate = draft(names.empty() ? addresses[0] : names[0], key.get());
  if (!certificate) return refused("no draft");
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer.get(), certificate.get(), nullptr, nullptr, 0);
  if (!extend(certificate.get(), &context, NID_basic_constraints, "critical,CA:FALSE") ||
      !extend(certificate.get(), &context, NID_key_usage, "critical,digitalSignature") ||
      !extend(certificate.get(), &context, NID_ext_key_usage,
              mutual ? "serverAuth,clientAuth" : "serverAuth") ||
      !extend(certificate.get(), &context, NID_subject_alt_name, called) ||
      X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return refused("the certificate cannot be signed");
  }
  return pair_of(certificate.get(), key.get());
}

Result<std::string> serial_of(const std::string& certificate) {
  const Bio in = reading(certificate);
  const Certificate read(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (!read) return refused("no certificate");
  const std::unique_ptr<BIGNUM, Release<BN_free>> number(
      ASN1_INTEGER_to_BN(X509_get_serialNumber(read.get()), nullptr));
  char* hex = BN_bn2hex(number.get());
  std::string text = hex;
  OPENSSL_free(hex);
  return text;
}

}  // namespace rehearse
