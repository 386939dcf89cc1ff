#include "rewards/chain/abi.h"

#include <algorithm>

#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::size_t kWordBytes = std::tuple_size_v<Word>;

void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// A dynamic value: how many items, then the items.
AbiValue counted(std::size_t count, ByteView items) {
  AbiValue value;
  value.dynamic = true;
  value.bytes.reserve(kWordBytes + items.size());
  append(value.bytes, word_of(count));
  append(value.bytes, items);
  return value;
}

}  // namespace

Word word_of(Uint128 value) { return amount_from(value); }

Word word_of(const EvmAddress& address) {
  Word word{};
  std::copy(address.begin(), address.end(), word.end() - std::tuple_size_v<EvmAddress>);
  return word;
}

Word signed_word_of(std::int64_t value) {
  Word word{};
  word.fill(value < 0 ? 0xFF : 0x00);
  for (std::size_t byte = 0; byte < sizeof(value); ++byte) {
    word[kWordBytes - 1 - byte] =
        static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * byte));
  }
  return word;
}

AbiValue abi_word(const Word& word) { return {Bytes(word.begin(), word.end()), false}; }

AbiValue abi_bytes(ByteView bytes) {
  AbiValue value = counted(bytes.size(), bytes);
  value.bytes.resize((value.bytes.size() + kWordBytes - 1) / kWordBytes * kWordBytes);
  return value;
}

AbiValue abi_array(std::span<const AbiValue> items) {
  return counted(items.size(), abi_encode(items));
}

AbiValue abi_words(std::span<const Word> words) {
  Bytes bytes;
  for (const Word& word : words) append(bytes, word);
  return counted(words.size(), bytes);
}

AbiValue abi_tuple(std::span<const AbiValue> members) {
  return {abi_encode(members), std::any_of(members.begin(), members.end(),
                                           [](const AbiValue& member) { return member.dynamic; })};
}

Bytes abi_encode(std::span<const AbiValue> arguments) {
  std::size_t heads = 0;
  for (const AbiValue& argument : arguments) {
    heads += argument.dynamic ? kWordBytes : argument.bytes.size();
  }
  Bytes out;
  Bytes tails;
  for (const AbiValue& argument : arguments) {
    if (argument.dynamic) {
      append(out, word_of(heads + tails.size()));
      append(tails, argument.bytes);
    } else {
      append(out, argument.bytes);
    }
  }
  append(out, tails);
  return out;
}

ByteArray<4> abi_selector(std::string_view signature) {
  const Hash256 hash = keccak256(as_bytes(signature));
  return {hash[0], hash[1], hash[2], hash[3]};
}

Bytes abi_call(std::string_view signature, std::span<const AbiValue> arguments) {
  const ByteArray<4> selector = abi_selector(signature);
  Bytes out(selector.begin(), selector.end());
  append(out, abi_encode(arguments));
  return out;
}

Result<std::vector<Word>> abi_result_words(ByteView result, std::size_t count) {
  if (result.size() != count * kWordBytes) {
    return fail(Errc::bad_data, "contract result has " + std::to_string(result.size()) +
                                    " bytes, expected " + std::to_string(count * kWordBytes));
  }
  std::vector<Word> words(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::copy_n(result.begin() + static_cast<std::ptrdiff_t>(i * kWordBytes), kWordBytes,
                words[i].begin());
  }
  return words;
}

Result<Uint128> uint128_of(const Word& word) {
  Reader reader(word);
  const std::uint64_t upper = reader.get<std::uint64_t>() | reader.get<std::uint64_t>();
  if (upper != 0) {
    return fail(Errc::bad_data, "0x" + to_hex(word) + " is not below 2^128");
  }
  const Uint128 high = reader.get<std::uint64_t>();
  return high << 64 | reader.get<std::uint64_t>();
}

Result<std::uint64_t> uint64_of(const Word& word) {
  const Result<Uint128> value = uint128_of(word);
  if (!value) return fail(value.error());
  if (*value >> 64 != 0) return fail(Errc::bad_data, "0x" + to_hex(word) + " is not below 2^64");
  return static_cast<std::uint64_t>(*value);
}

Result<EvmAddress> address_of(const Word& word) {
  if (!std::all_of(word.begin(), word.begin() + 12, [](std::uint8_t b) { return b == 0; })) {
    return fail(Errc::bad_data, "0x" + to_hex(word) + " is not an address");
  }
  EvmAddress address{};
  std::copy(word.begin() + 12, word.end(), address.begin());
  return address;
}

}  // namespace earshot::rewards::chain
