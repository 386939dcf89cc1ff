#include "verifier/quorum/peer_reservations.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <future>

#include "core/identity.h"
#include "verifier/reservation_note.h"

namespace earshot::verifier {
namespace {

using Anchors = std::vector<rewards::channels::SignedAnchor>;
using Body = std::optional<std::string>;

constexpr std::chrono::milliseconds kPatience{2000};  // Chosen: as for links.
// With whoever was silent before. Chosen: some round trips, a handshake among them.
constexpr std::chrono::milliseconds kShortPatience{250};

}  // namespace

struct PeerReservations::Heard {
  Anchors anchors;
  std::size_t answered = 1;  // We ourselves.
  std::string problem;
};

void PeerReservations::note(const Asked& asked, PeerBreaker::Time since,
                            const Result<void>& outcome) {
  const std::string& name = quorum_.members[asked.member].log.name;
  const std::lock_guard lock(mutex_);
  PeerBreaker& breaker = breakers_[asked.member];
  if (outcome) {
    if (breaker.answered()) log_.info("channels: {} answers again", name);
  } else if (asked.waits && breaker.was_silent(since, now_())) {
    log_.warn("channels: {} does not say what it has reserved, and is not waited for any more: {}",
              name, outcome.error().detail);
  }
}

void PeerReservations::ask(std::vector<Asked>& asked, const EvmAddress& payer, std::uint64_t first,
                           Heard& heard) {
  ReservationQuery query{quorum_.network, payer, first, {}};
  const ByteArray<32> random = random_seed();
  std::copy_n(random.begin(), query.nonce.size(), query.nonce.begin());
  const std::string path = path_of(query);
  const PeerBreaker::Time since = now_();
  std::vector<std::future<Result<Body>>> answers;
  answers.reserve(asked.size());
  for (const Asked& one : asked) {
    answers.push_back(std::async(std::launch::async, [this, &path, one] {
      return peers_[one.member]->get(path, one.waits ? kPatience : kShortPatience);
    }));
  }
  std::vector<Asked> left;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const NoteKey& key = quorum_.members[asked[i].member].log;
    const Result<Body> body = answers[i].get();
    note(asked[i], since, body ? Result<void>{} : fail(body.error()));
    const Result<Anchors> one = !body ? fail(body.error())
                                : !*body
                                    ? fail(Errc::unavailable, key.name + " reserves no deposits")
                                    : open_reservations(**body, key, query);
    if (one) {
      ++heard.answered;
      heard.anchors.insert(heard.anchors.end(), one->begin(), one->end());
    } else {
      heard.problem = one.error().detail;
      left.push_back(asked[i]);
    }
  }
  asked = std::move(left);
}

Result<Anchors> PeerReservations::reserved(const EvmAddress& payer, std::uint64_t first) {
  std::vector<Asked> asked;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (peers_[i] != nullptr) asked.push_back({i, breakers_[i].may_wait(now_())});
    }
  }
  Heard heard;
  ask(asked, payer, first, heard);
  if (heard.answered < quorum_.threshold) {
    // Nobody shall be refused for want of one that we were too impatient with.
    std::erase_if(asked, [](const Asked& one) { return one.waits; });
    for (Asked& one : asked) one.waits = true;
    ask(asked, payer, first, heard);
  }
  if (heard.answered >= quorum_.threshold) return std::move(heard.anchors);
  return fail(Errc::unavailable, "what is reserved is known of " + std::to_string(heard.answered) +
                                     " verifiers, expected " + std::to_string(quorum_.threshold) +
                                     ": " + heard.problem);
}

std::size_t PeerReservations::silent() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(breakers_, [](const PeerBreaker& one) { return one.is_silent(); }));
}

}  // namespace earshot::verifier
