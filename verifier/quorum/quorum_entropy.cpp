#include "verifier/quorum/quorum_entropy.h"

#include <algorithm>
#include <future>
#include <sstream>

#include "verifier/epoch_calendar.h"
#include "verifier/quorum/set_agreement.h"

namespace earshot::verifier {
namespace {

constexpr std::chrono::seconds kLinkPatience{2};
constexpr std::string_view kLinks = "earshot/v1/links";

std::string links_head(const Quorum& quorum, Round round) {
  return std::string(kLinks) + "\n" + std::to_string(quorum.network) + " " + std::to_string(round) +
         "\n";
}

}  // namespace

Result<std::vector<std::optional<Commitment>>> commitments_of(const QuorumStore& store,
                                                              const PhaseOutcome& decision) {
  std::vector<std::optional<Commitment>> commitments;
  for (const std::optional<Hash256>& hash : decision) {
    if (!hash) {
      commitments.emplace_back();
      continue;
    }
    const Result<std::optional<Bytes>> bytes = store.content(*hash);
    if (!bytes) return fail(bytes.error());
    if (!*bytes) return fail(Errc::bad_data, "quorum store: no content " + to_hex(*hash));
    const Result<Commitment> commitment = decode_commitment(**bytes);
    if (!commitment) return fail(commitment.error());
    commitments.emplace_back(*commitment);
  }
  return commitments;
}

Note sign_links(const NoteSigner& signer, const Quorum& quorum, const LinkRow& row) {
  std::string text = links_head(quorum, row.round);
  for (std::size_t v = 0; v < row.links.size(); ++v) {
    if (row.links[v] == Hash256{}) continue;
    text += to_hex(quorum.members[v].address) + " " + to_hex(row.links[v]) + "\n";
  }
  return {text, {sign_note(signer, text)}};
}

Result<LinkRow> open_links(std::string_view bytes, const Quorum& quorum, std::size_t member,
                           Round round) {
  const Result<Note> note = parse_note(bytes);
  if (!note) return fail(note.error());
  if (const auto own = verify_note(*note, quorum.members[member].log); !own) {
    return fail(own.error());
  }
  const std::string head = links_head(quorum, round);
  if (!note->text.starts_with(head)) {
    return fail(Errc::bad_data, "links: not of this network and round");
  }
  LinkRow row{round, std::vector<Hash256>(quorum.size())};
  std::istringstream lines(note->text.substr(head.size()));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const Result<EvmAddress> address = array_from_hex<20>(line.substr(0, blank));
    const Result<Hash256> link = array_from_hex<32>(line.substr(std::min(blank + 1, line.size())));
    const std::optional<std::size_t> of = address ? quorum.find(*address) : std::nullopt;
    if (!of || !link) return fail(Errc::bad_data, "links: expected an address and a link a line");
    row.links[*of] = *link;
  }
  return row;
}

Result<std::optional<QuorumEntropy::Ground>> QuorumEntropy::ground_of(std::uint64_t epoch) {
  const auto decision = parts_.store.decision(epoch, Phase::commitment);
  if (!decision) return fail(decision.error());
  if (!*decision) return std::optional<Ground>{};
  const Result<std::optional<Hash256>> block = parts_.store.block(epoch);
  if (!block) return fail(block.error());
  if (!*block) return std::optional<Ground>{};
  auto commitments = commitments_of(parts_.store, **decision);
  if (!commitments) return fail(commitments.error());
  return std::optional<Ground>{Ground{std::move(*commitments), **block,
                                      rewards::first_round_of_epoch(parts_.policy, epoch)}};
}

Result<std::size_t> QuorumEntropy::release(UnixNanos /*since*/, UnixNanos now) {
  const Round round = round_at(now);
  const UnixNanos age = now - round_opening(round);
  // Later than a beacon may start nobody can use it.
  if (age >= kFirstTransmitSecond * kNanosPerSecond) return std::size_t{0};
  const Result<std::optional<ReleasedRound>> done = parts_.registry.released(round);
  if (!done) return fail(done.error());
  if (*done) return std::size_t{0};
  const std::uint64_t epoch = epoch_of_round(parts_.policy, round);
  const Result<std::optional<Ground>> ground = ground_of(epoch);
  if (!ground) return fail(ground.error());
  if (!*ground) return std::size_t{0};
  constexpr UnixNanos kDeadline = kLinkDeadlineSeconds * kNanosPerSecond;
  if (age <= kDirectNanos) {
    if (Result<void> shown = show_own_link(epoch, round, **ground); !shown) {
      return fail(shown.error());
    }
  }
  if (age <= kDeadline) pull_links(round, now, **ground);
  const Result<LinkRow> row = parts_.store.links(round, parts_.quorum.size());
  if (!row) return fail(row.error());
  std::vector<Hash256> there;
  for (const Hash256& link : row->links) {
    if (link != Hash256{}) there.push_back(link);
  }
  if (there.size() < parts_.quorum.size() && age < kDeadline) return std::size_t{0};
  tell_missing(*row);
  const std::optional<Entropy> entropy =
      round_entropy(round, (*ground)->block, there, parts_.quorum.threshold);
  if (!entropy) return std::size_t{0};
  const ReleasedRound released{round, row->links[parts_.quorum.self], *entropy};
  if (Result<void> kept = parts_.registry.release({released}); !kept) return fail(kept.error());
  return std::size_t{1};
}

// A link that is missing costs its verifier: its operator wants to know. Once until it is back.
void QuorumEntropy::tell_missing(const LinkRow& row) {
  for (std::size_t v = 0; v < row.links.size(); ++v) {
    const std::string subject = "links of " + parts_.quorum.members[v].log.name;
    row.links[v] == Hash256{} ? complaints_.failed(subject, "none in time")
                              : complaints_.works(subject);
  }
}

Result<void> QuorumEntropy::show_own_link(std::uint64_t epoch, Round round, const Ground& ground) {
  const std::optional<Commitment>& own = ground.commitments[parts_.quorum.self];
  const Result<std::optional<EntropyCommitment>> made = parts_.registry.commitment(epoch);
  if (!made) return fail(made.error());
  if (!own || !*made || (*made)->commitment != own->tip) return {};
  if (chain_epoch_ != epoch) {
    chain_.emplace((*made)->seed, (*made)->rounds);
    chain_epoch_ = epoch;
  }
  return parts_.store.keep_link(round, parts_.quorum.self,
                                chain_->link(round - ground.first_round));
}

void QuorumEntropy::pull_links(Round round, UnixNanos now, const Ground& ground) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::future<std::optional<LinkRow>>> answers;
  std::vector<std::size_t> askers;
  for (std::size_t peer = 0; peer < parts_.peers.size(); ++peer) {
    if (parts_.peers[peer] == nullptr) continue;
    askers.push_back(peer);
    answers.push_back(std::async(std::launch::async, [this, peer, round] {
      const auto body =
          parts_.peers[peer]->get("/v1/quorum/links/" + std::to_string(round), kLinkPatience);
      if (!body || !*body) return std::optional<LinkRow>{};
      const Result<LinkRow> row = open_links(**body, parts_.quorum, peer, round);
      return row ? std::optional<LinkRow>{*row} : std::nullopt;
    }));
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::optional<LinkRow> row = answers[i].get();
    const auto waited = std::chrono::steady_clock::now() - begun;
    const UnixNanos age = now - round_opening(round) +
                          std::chrono::duration_cast<std::chrono::nanoseconds>(waited).count();
    if (!row) continue;
    for (std::size_t v = 0; v < row->links.size(); ++v) {
      const Hash256& link = row->links[v];
      const bool is_direct = v == askers[i];
      if (link == Hash256{} || v == parts_.quorum.self) continue;
      if (age > (is_direct ? kDirectNanos : kLinkDeadlineSeconds * kNanosPerSecond)) continue;
      if (!ground.commitments[v]) continue;
      if (!is_link_of(ground.commitments[v]->tip, round - ground.first_round, link)) continue;
      (void)parts_.store.keep_link(round, v, link);  // One that is not kept has not come.
    }
  }
}

Result<EntropyMaker::Progress> QuorumEntropy::advance(UnixNanos now) {
  Progress progress;
  const std::uint64_t current = epoch_of_round(parts_.policy, round_at(now));
  for (std::uint64_t epoch = std::max(current, parts_.quorum.first_epoch);
       window_of(parts_.quorum, parts_.policy, epoch, Phase::commitment).begin <= now; ++epoch) {
    if (Result<void> done = commit(epoch, now, progress); !done) return fail(done.error());
    if (Result<void> done = learn_block(epoch, progress); !done) return fail(done.error());
  }
  return progress;
}

Result<void> QuorumEntropy::commit(std::uint64_t epoch, UnixNanos now, Progress& progress) {
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, Phase::commitment);
  if (now > window.begin + parts_.quorum.step) return {};
  const Result<std::optional<EntropyCommitment>> held = parts_.registry.commitment(epoch);
  if (!held) return fail(held.error());
  EntropyCommitment made;
  if (*held) {
    made = **held;
  } else {
    const Result<std::uint64_t> head = parts_.blocks.head_number();
    if (!head) return fail(head.error());
    made.epoch = epoch;
    made.seed = parts_.make_seed(epoch);
    made.first_round = rewards::first_round_of_epoch(parts_.policy, epoch);
    made.rounds = parts_.policy.epoch_rounds;
    made.commitment = EntropyChain(made.seed, made.rounds).commitment();
    made.head = *head;
    made.committed_at = now;
    if (Result<void> kept = parts_.registry.add_commitment(made); !kept) return kept;
    progress.committed.push_back(made);
  }
  return parts_.exchange.state(epoch, Phase::commitment,
                               encode(Commitment{made.commitment, made.head, made.committed_at}),
                               parts_.messages.log_head(), now);
}

Result<void> QuorumEntropy::learn_block(std::uint64_t epoch, Progress& progress) {
  const Result<std::optional<Hash256>> known = parts_.store.block(epoch);
  if (!known) return fail(known.error());
  if (*known) return {};
  const auto decision = parts_.store.decision(epoch, Phase::commitment);
  if (!decision) return fail(decision.error());
  if (!*decision) return {};
  const auto commitments = commitments_of(parts_.store, **decision);
  if (!commitments) return fail(commitments.error());
  std::vector<std::uint64_t> heads;
  for (const std::optional<Commitment>& commitment : *commitments) {
    if (commitment) heads.push_back(commitment->head);
  }
  if (heads.size() < parts_.quorum.threshold) return {};
  const std::uint64_t head = agree_on_head(heads, parts_.quorum.threshold);
  const Result<std::optional<Hash256>> hash = parts_.blocks.finalized_hash(head + 1);
  if (!hash) return fail(hash.error());
  if (!*hash) return {};
  if (Result<void> kept = parts_.store.keep_block(epoch, **hash); !kept) return kept;
  EntropyCommitment agreed;
  agreed.epoch = epoch;
  agreed.head = head;
  agreed.block_hash = **hash;
  progress.block_known.push_back(agreed);
  return {};
}

}  // namespace earshot::verifier
