// Several verifiers that keep one network: who they are, how many have to agree, and when each step
// of an agreement is due. Plain values, any thread. docs/QUORUM.md explains the protocol.
//
//     at most N - M of them may be faulty in any way;   2 M > N
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/hash.h"
#include "core/messages.h"
#include "core/time.h"
#include "rewards/policy.h"
#include "verifier/log/note.h"

namespace earshot::verifier {

struct Member {
  std::string url;       // Of its API; empty for ourselves.
  NoteKey log;           // Signs its checkpoints and everything it states.
  EvmAddress address{};  // Signs epochs.
};

// What every verifier says once an epoch, and all have to hear the same way.
enum class Phase : std::uint8_t {
  commitment = 1,  // Of its entropy.
  closing = 2,     // What its intake log holds.
  audits = 3,      // What it measured.
  channels = 4,    // Its book of payment channels, where there are any.
};
std::string_view phase_name(Phase phase);
std::optional<Phase> parse_phase(std::string_view name);

struct Quorum {
  NetworkId network = 0;
  std::vector<Member> members;  // Ascending by address, at least 2.
  std::size_t self = 0;
  std::size_t threshold = 0;      // M
  std::uint64_t first_epoch = 0;  // The first that these verifiers judge.
  UnixNanos commit_ahead = 0;     // From the commitments to the epoch's opening.
  UnixNanos step = 0;             // For what one says to reach all others.
  EvmAddress contract{};          // That epochs are signed for.
  bool has_channels = false;      // They settle payment channels, of the same contract.

  std::size_t size() const { return members.size(); }
  // N - M + 1: after so many steps what one honest member heard, all heard.
  std::size_t steps() const { return members.size() - threshold + 1; }
  std::span<const Phase> phases() const;
  std::optional<std::size_t> find(const EvmAddress& address) const;
  std::optional<std::size_t> find_log(const std::string& name) const;
};

// Everything that members have to configure alike, hashed: statements under another are foreign.
Hash256 quorum_id(const Quorum& quorum);
// One line for each problem.
std::vector<std::string> validate(const Quorum& quorum, const rewards::Policy& policy);

// When a phase of an epoch begins and when it is decided; `steps()` times `step` lie between.
struct PhaseWindow {
  UnixNanos begin = 0;
  UnixNanos end = 0;
};
PhaseWindow window_of(const Quorum& quorum, const rewards::Policy& policy, std::uint64_t epoch,
                      Phase phase);

}  // namespace earshot::verifier
