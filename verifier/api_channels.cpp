// Payment channels over HTTP: anchors to be reserved, ends to be settled.
#include <charconv>
#include <nlohmann/json.hpp>

#include "verifier/api.h"
#include "verifier/channel_desk.h"
#include "verifier/reservation_note.h"

namespace earshot::verifier {
namespace {

HttpResponse refusal(const Error& error) {
  switch (error.code) {
    case Errc::bad_signature:
      return error_response(401, error.detail);
    case Errc::check_failed:
      return error_response(409, error.detail);
    case Errc::bad_data:
      return error_response(400, error.detail);
    default:
      return unavailable(error);
  }
}

HttpResponse no_channels() {
  return error_response(404, "this verifier reserves no deposits: it knows no contract");
}

}  // namespace

HttpResponse Api::post_channel(const HttpRequest& request) {
  if (parts_.channels == nullptr) return no_channels();
  const auto opening = rewards::channels::decode_anchor(as_bytes(request.body));
  if (!opening) return error_response(400, opening.error().detail);
  const Result<EvmSignature> signature = parts_.channels->reserve(*opening);
  if (!signature) return refusal(signature.error());
  return {.status = 200, .body = nlohmann::json{{"reservation", "0x" + to_hex(*signature)}}.dump()};
}

// The signature says whose answer it is: one verifier's countersignature rests on the others' word.
HttpResponse Api::get_reservations(std::string_view payer, std::string_view first,
                                   std::string_view nonce) {
  if (parts_.channels == nullptr) return no_channels();
  const Result<EvmAddress> account = array_from_hex<20>(payer);
  const Result<ByteArray<16>> random = array_from_hex<16>(nonce);
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), epoch);
  const bool is_number = error == std::errc{} && end == first.data() + first.size();
  if (!account || !is_number || !random) {
    return error_response(400, "expected a payer, 40 hex digits, an epoch and 32 hex digits");
  }
  const std::vector<rewards::channels::SignedAnchor> anchors =
      parts_.channels->reserved(*account, epoch);
  return {.status = 200,
          .content_type = "text/plain; charset=utf-8",
          .body = to_string(sign_reservations(
              parts_.log_signer, {parts_.network, *account, epoch, *random}, anchors))};
}

HttpResponse Api::post_channel_end(const HttpRequest& request) {
  if (parts_.channels == nullptr) return no_channels();
  const auto end = rewards::channels::decode_channel_end(as_bytes(request.body));
  if (!end) return error_response(400, end.error().detail);
  const Result<EndReceipt> receipt = parts_.channels->take(*end);
  if (!receipt) return refusal(receipt.error());
  return {.status = *receipt == EndReceipt::accepted ? 202 : 200,
          .body = nlohmann::json{{"units", end->units}}.dump()};
}

}  // namespace earshot::verifier
