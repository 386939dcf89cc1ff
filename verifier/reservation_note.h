// What a verifier says when it is asked which anchors of a payer it has reserved, or is about to:
// a note that its log's key signs,
//
//     earshot/v1/reservations
//     <network> <payer> <first epoch> <nonce>
//     <an anchor with its payer's signature, hex; one a line>
//
// The nonce is the asker's, so that nobody in between answers with what was true before. Pure
// functions, any thread.
#pragma once
#include <span>

#include "rewards/channels/anchor.h"
#include "verifier/log/note.h"

namespace earshot::verifier {

struct ReservationQuery {
  NetworkId network = 0;
  EvmAddress payer{};
  std::uint64_t first = 0;  // Epochs from this one on.
  ByteArray<16> nonce{};
};
// The path it is asked at.
std::string path_of(const ReservationQuery& query);

Note sign_reservations(const NoteSigner& signer, const ReservationQuery& query,
                       std::span<const rewards::channels::SignedAnchor> anchors);
// Errc::bad_data or Errc::bad_signature when it is not the answer of `member` to this query, or
// names an anchor that was not asked for. Whether payers signed is for the caller to check.
Result<std::vector<rewards::channels::SignedAnchor>> open_reservations(
    std::string_view note, const NoteKey& member, const ReservationQuery& query);

}  // namespace earshot::verifier
