// Asks the other members what they have reserved of a payer's deposit, all at once, for two seconds
// at most. At least M - 1 of them have to answer. Who was silent lately is asked like the others,
// because each that answers makes it safer, but waited for a quarter of a second only; for the two
// seconds again now and then, and whenever there are not enough without him. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "verifier/other_reservations.h"
#include "verifier/quorum/peer.h"
#include "verifier/quorum/peer_breaker.h"
#include "verifier/quorum/quorum.h"

namespace spdlog {
class logger;
}

namespace earshot::verifier {

class PeerReservations final : public OtherReservations {
 public:
  using Steady = std::function<PeerBreaker::Time()>;
  // All are borrowed; `peers` by member, null for ourselves.
  PeerReservations(const Quorum& quorum, const std::vector<std::unique_ptr<Peer>>& peers,
                   spdlog::logger& log, Steady now = std::chrono::steady_clock::now)
      : quorum_(quorum), peers_(peers), log_(log), now_(std::move(now)), breakers_(quorum.size()) {}

  Result<std::vector<rewards::channels::SignedAnchor>> reserved(const EvmAddress& payer,
                                                                std::uint64_t first) override;
  std::size_t silent() const override;

 private:
  struct Heard;
  struct Asked {
    std::size_t member = 0;
    bool waits = true;  // As long as for any other.
  };
  // Takes those who answered out of `asked`.
  void ask(std::vector<Asked>& asked, const EvmAddress& payer, std::uint64_t first, Heard& heard);
  void note(const Asked& asked, PeerBreaker::Time since, const Result<void>& outcome);

  const Quorum& quorum_;
  const std::vector<std::unique_ptr<Peer>>& peers_;
  spdlog::logger& log_;
  Steady now_;
  mutable std::mutex mutex_;           // Of what follows.
  std::vector<PeerBreaker> breakers_;  // By member.
};

}  // namespace earshot::verifier
