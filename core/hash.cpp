#include "core/hash.h"

#include <openssl/evp.h>

#include <cassert>
#include <memory>

#include "core/short_writer.h"

namespace earshot {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looked up once: OpenSSL 3 otherwise searches its providers on every call, which costs more than
// hashing a short message. Read-only afterwards, so any thread may use it.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  assert(algorithm != nullptr);
  return algorithm;
}

EVP_MD_CTX* context_of_this_thread() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  assert(context != nullptr);
  return context.get();
}

}  // namespace

Hash256 sha256(std::initializer_list<ByteView> parts) {
  EVP_MD_CTX* context = context_of_this_thread();
  Hash256 digest{};
  bool ok = EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) == 1;
  for (const ByteView part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  ok = ok && EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  assert(ok);  // Memory is the only thing that can be missing here.
  return digest;
}

Hash256 sha256(ByteView bytes) { return sha256(std::initializer_list<ByteView>{bytes}); }

Hash256 message_id(std::string_view type, NetworkId network, ByteView body) {
  ShortWriter<64> prefix;
  prefix.put(as_bytes("earshot/v1/"));
  prefix.put(as_bytes(type));
  prefix.put(std::uint8_t{0});
  prefix.put(network);
  return sha256({prefix.bytes(), body});
}

}  // namespace earshot
