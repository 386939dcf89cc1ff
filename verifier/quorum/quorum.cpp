#include "verifier/quorum/quorum.h"

#include <algorithm>
#include <set>

#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

constexpr Phase kPhases[] = {Phase::commitment, Phase::closing, Phase::audits, Phase::channels};

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::commitment:
      return "commitment";
    case Phase::closing:
      return "closing";
    case Phase::audits:
      return "audits";
    case Phase::channels:
      return "channels";
  }
  return "unknown";
}

std::optional<Phase> parse_phase(std::string_view name) {
  for (const Phase phase : kPhases) {
    if (phase_name(phase) == name) return phase;
  }
  return std::nullopt;
}

std::span<const Phase> Quorum::phases() const {
  return std::span(kPhases).first(has_channels ? 4 : 3);
}

std::optional<std::size_t> Quorum::find(const EvmAddress& address) const {
  const auto found = std::ranges::find(members, address, &Member::address);
  if (found == members.end()) return std::nullopt;
  return static_cast<std::size_t>(found - members.begin());
}

std::optional<std::size_t> Quorum::find_log(const std::string& name) const {
  const auto found =
      std::ranges::find(members, name, [](const Member& member) { return member.log.name; });
  if (found == members.end()) return std::nullopt;
  return static_cast<std::size_t>(found - members.begin());
}

Hash256 quorum_id(const Quorum& quorum) {
  Writer out;
  out.put(quorum.network);
  out.put(quorum.contract);
  out.put(static_cast<std::uint64_t>(quorum.threshold));
  out.put(quorum.first_epoch);
  out.put(quorum.commit_ahead);
  out.put(quorum.step);
  for (const Member& member : quorum.members) {
    out.put(member.address);
    const std::string key = member.log.to_string();
    out.put(static_cast<std::uint32_t>(key.size()));
    out.put(as_bytes(key));
  }
  if (quorum.has_channels) out.put(as_bytes("channels"));
  return sha256({as_bytes("earshot/v1/quorum"), out.bytes()});
}

std::vector<std::string> validate(const Quorum& quorum, const rewards::Policy& policy) {
  std::vector<std::string> problems;
  std::set<std::string> logs;
  std::set<EvmAddress> addresses;
  for (const Member& member : quorum.members) {
    if (!logs.insert(member.log.name).second) {
      problems.push_back("peers: two verifiers have the log " + member.log.name);
    }
    if (!addresses.insert(member.address).second) {
      problems.push_back("peers: two verifiers have the address 0x" + to_hex(member.address));
    }
  }
  const std::size_t count = quorum.size();
  if (quorum.threshold > count || 2 * quorum.threshold <= count) {
    problems.push_back("quorum.threshold: found " + std::to_string(quorum.threshold) +
                       ", allowed is more than half of " + std::to_string(count) +
                       " verifiers, and at most all");
    return problems;
  }
  const UnixNanos rounds = quorum.step * static_cast<UnixNanos>(quorum.steps());
  const UnixNanos grace = policy.grace_seconds * kNanosPerSecond;
  const UnixNanos body = kBodyDeadlineSeconds * kNanosPerSecond;
  if (rounds >= quorum.commit_ahead || body + 2 * rounds + quorum.step >= grace) {
    problems.push_back("quorum.step_seconds: found " +
                       std::to_string(quorum.step / kNanosPerSecond) + ", and " +
                       std::to_string(quorum.steps()) +
                       " steps fit neither entropy.commit_ahead_seconds nor the policy's grace");
  }
  if (rounds >= static_cast<UnixNanos>(policy.epoch_rounds) * kRoundSeconds * kNanosPerSecond) {
    problems.push_back("quorum.step_seconds: found " +
                       std::to_string(quorum.step / kNanosPerSecond) + ", and " +
                       std::to_string(quorum.steps()) + " steps take longer than an epoch");
  }
  return problems;
}

PhaseWindow window_of(const Quorum& quorum, const rewards::Policy& policy, std::uint64_t epoch,
                      Phase phase) {
  const UnixNanos length = quorum.step * static_cast<UnixNanos>(quorum.steps());
  switch (phase) {
    case Phase::commitment: {
      const UnixNanos begin = epoch_opening(policy, epoch) - quorum.commit_ahead;
      return {begin, begin + length};
    }
    case Phase::closing: {
      // A step after the last body was due, so that the clocks of all are past it.
      const UnixNanos begin = draw_time(policy, epoch) + quorum.step;
      return {begin, begin + length};
    }
    case Phase::audits:
    case Phase::channels:
      break;
  }
  const UnixNanos end = seal_time(policy, epoch);
  return {end - length, end};
}

}  // namespace earshot::verifier
