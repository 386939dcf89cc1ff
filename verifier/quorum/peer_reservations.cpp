#include "verifier/quorum/peer_reservations.h"

#include <algorithm>
#include <future>

#include "core/identity.h"
#include "verifier/reservation_note.h"

namespace earshot::verifier {
namespace {

using Anchors = std::vector<rewards::channels::SignedAnchor>;

constexpr std::chrono::seconds kPatience{2};  // Chosen: as for links.

Result<Anchors> ask(Peer& peer, const NoteKey& member, const ReservationQuery& query) {
  const Result<std::optional<std::string>> body = peer.get(path_of(query), kPatience);
  if (!body) return fail(body.error());
  if (!*body) return fail(Errc::unavailable, member.name + " reserves no deposits");
  return open_reservations(**body, member, query);
}

}  // namespace

Result<Anchors> PeerReservations::reserved(const EvmAddress& payer, std::uint64_t first) {
  ReservationQuery query{quorum_.network, payer, first, {}};
  const ByteArray<32> random = random_seed();
  std::copy_n(random.begin(), query.nonce.size(), query.nonce.begin());
  std::vector<std::future<Result<Anchors>>> answers;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (peers_[i] == nullptr) continue;
    answers.push_back(std::async(std::launch::async, [this, i, &query] {
      return ask(*peers_[i], quorum_.members[i].log, query);
    }));
  }
  Anchors all;
  std::size_t answered = 1;  // We ourselves.
  std::string problem;
  for (std::future<Result<Anchors>>& answer : answers) {
    const Result<Anchors> one = answer.get();
    if (!one) {
      problem = one.error().detail;
      continue;
    }
    ++answered;
    all.insert(all.end(), one->begin(), one->end());
  }
  if (answered >= quorum_.threshold) return all;
  return fail(Errc::unavailable, "what is reserved is known of " + std::to_string(answered) +
                                     " verifiers, expected " + std::to_string(quorum_.threshold) +
                                     ": " + problem);
}

}  // namespace earshot::verifier
