#include "verifier/entropy_source.h"

#include <algorithm>

#include "verifier/epoch_calendar.h"

namespace earshot::verifier {

Result<std::size_t> EntropySource::release(UnixNanos since, UnixNanos now) {
  const Round newest = round_at(now);
  const std::uint64_t epoch = epoch_of_round(policy_, newest);
  const Result<std::optional<Round>> last = registry_.last_released();
  if (!last) return fail(last.error());
  const Round oldest = since < 0 ? 0 : round_at(since) + 1;
  const Round next = std::max(oldest, *last ? **last + 1 : 0);
  std::vector<ReleasedRound> due;
  // A jump of a virtual clock may end an epoch that still has rounds to open.
  for (std::uint64_t of = epoch == 0 ? 0 : epoch - 1; of <= epoch; ++of) {
    const Round end = std::min(newest + 1, rewards::first_round_of_epoch(policy_, of + 1));
    const Round first = std::max(next, rewards::first_round_of_epoch(policy_, of));
    if (first >= end) continue;
    Result<std::vector<ReleasedRound>> links = links_of(of, first, end);
    if (!links) return fail(links.error());
    due.insert(due.end(), links->begin(), links->end());
  }
  if (due.empty()) return std::size_t{0};
  if (Result<void> kept = registry_.release(due); !kept) return fail(kept.error());
  return due.size();
}

Result<std::vector<ReleasedRound>> EntropySource::links_of(std::uint64_t epoch, Round first,
                                                           Round end) {
  std::vector<ReleasedRound> links;
  const Result<std::optional<EntropyCommitment>> commitment = registry_.commitment(epoch);
  if (!commitment) return fail(commitment.error());
  if (!*commitment || !(*commitment)->block_hash) return links;
  const EntropyCommitment& of = **commitment;
  if (chain_epoch_ != epoch) {
    chain_.emplace(of.seed, of.rounds);
    chain_epoch_ = epoch;
  }
  for (Round round = std::max(first, of.first_round);
       round < std::min(end, of.first_round + of.rounds); ++round) {
    const Hash256 link = chain_->link(round - of.first_round);
    const std::optional<Entropy> entropy =
        round_entropy(round, *of.block_hash, std::span(&link, 1), 1);
    if (entropy) links.push_back({round, link, *entropy});
  }
  return links;
}

Result<EntropySource::Progress> EntropySource::advance(UnixNanos now) {
  Progress progress;
  const Result<std::optional<std::uint64_t>> start = registry_.first_epoch();
  if (!start) return fail(start.error());
  if (!*start) return progress;
  const std::uint64_t current = epoch_of_round(policy_, round_at(now));
  for (std::uint64_t epoch = std::max(current, **start);
       epoch_opening(policy_, epoch) - rules_.commit_ahead <= now; ++epoch) {
    if (Result<void> done = commit(epoch, now, progress); !done) return fail(done.error());
    if (Result<void> done = learn_block(epoch, progress); !done) return fail(done.error());
  }
  return progress;
}

Result<void> EntropySource::commit(std::uint64_t epoch, UnixNanos now, Progress& progress) {
  const Result<std::optional<EntropyCommitment>> held = registry_.commitment(epoch);
  if (!held) return fail(held.error());
  if (*held) return {};
  // Late, because the node was dead: the rounds that have opened stay without entropy.
  const Round end = rewards::first_round_of_epoch(policy_, epoch + 1);
  const Round first =
      std::max(rewards::first_round_of_epoch(policy_, epoch),
               round_opening(round_at(now)) == now ? round_at(now) : round_at(now) + 1);
  if (first >= end) return {};
  const Result<std::uint64_t> head = blocks_.head_number();
  if (!head) return fail(head.error());
  EntropyCommitment made;
  made.epoch = epoch;
  made.seed = rules_.make_seed(epoch);
  made.first_round = first;
  made.rounds = end - first;
  made.commitment = EntropyChain(made.seed, made.rounds).commitment();
  made.head = *head;
  made.committed_at = now;
  if (Result<void> kept = registry_.add_commitment(made); !kept) return kept;
  progress.committed.push_back(made);
  return {};
}

Result<void> EntropySource::learn_block(std::uint64_t epoch, Progress& progress) {
  const Result<std::optional<EntropyCommitment>> held = registry_.commitment(epoch);
  if (!held) return fail(held.error());
  if (!*held || (*held)->block_hash) return {};
  const Result<std::optional<Hash256>> hash = blocks_.finalized_hash((*held)->head + 1);
  if (!hash) return fail(hash.error());
  if (!*hash) return {};
  if (Result<void> kept = registry_.set_block_hash(epoch, **hash); !kept) return kept;
  progress.block_known.push_back(**held);
  progress.block_known.back().block_hash = **hash;
  return {};
}

}  // namespace earshot::verifier
