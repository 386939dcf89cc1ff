#include "radio/iq/dataset_hash.h"

#include <openssl/evp.h>

#include <cassert>

namespace earshot::radio {

struct DatasetHash::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

DatasetHash::DatasetHash() : state_(std::make_unique<State>()) {
  const int started = EVP_DigestInit_ex(state_->context.get(), EVP_sha512(), nullptr);
  assert(started == 1);
  static_cast<void>(started);
}
DatasetHash::DatasetHash(DatasetHash&&) noexcept = default;
DatasetHash::~DatasetHash() = default;

void DatasetHash::add(ByteView bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string DatasetHash::hex() {
  ByteArray<64> digest{};
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr);
  return to_hex(digest);
}

}  // namespace earshot::radio
