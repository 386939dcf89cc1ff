// SHA-512 of a dataset, as core:sha512 names it, over any number of pieces.
#pragma once
#include <memory>
#include <string>

#include "core/bytes.h"

namespace earshot::radio {

class DatasetHash {
 public:
  DatasetHash();
  DatasetHash(DatasetHash&&) noexcept;
  ~DatasetHash();

  void add(ByteView bytes);
  std::string hex();  // Once, at the end.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace earshot::radio
