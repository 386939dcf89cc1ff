// links: cli
// Single words that people, files and nodes write: hex, base64, times, addresses, amounts, URLs,
// numbers with units. What is read can be written again.
#include <cstdlib>
#include <string>

#include "cli/css_options.h"
#include "cli/quantity.h"
#include "core/base64.h"
#include "core/time.h"
#include "hotspot/url.h"
#include "rewards/chain/account.h"
#include "rewards/payout_tree.h"

namespace {

using namespace earshot;  // NOLINT: a fuzz target, not a header

void must(bool holds) {
  if (!holds) std::abort();
}

void read_numbers(const std::string& text) {
  if (const auto hertz = cli::parse_hertz(text)) must(*hertz == *hertz);
  if (const auto rate = cli::parse_coding_rate(text)) must(*rate >= 1 && *rate <= 4);
  static_cast<void>(cli::parse_sync_word(text));
  static_cast<void>(cli::parse_low_data_rate(text));
  if (const auto amount = rewards::amount_from_decimal(text)) {
    must(*rewards::amount_from_decimal(rewards::amount_to_decimal(*amount)) == *amount);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = from_hex(text)) must(*from_hex(to_hex(*bytes)) == *bytes);
  if (const auto bytes = from_base64(text)) must(to_base64(*bytes) == text);
  if (const auto time = from_iso8601(text)) {
    must(*from_iso8601(to_iso8601(*time, 12)) == *time);
  }
  if (const auto url = hotspot::parse_url(text)) must(!url->host.empty());
  static_cast<void>(rewards::chain::parse_address(text));
  read_numbers(text);
  return 0;
}
