// What is new, in order of arrival; one write for all of it.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "verifier/ingest.h"
#include "verifier/intake_answers.h"
#include "verifier/keyed_hash.h"
#include "verifier/log/intake_log.h"

namespace earshot::verifier {
namespace {

struct HashOf {
  std::size_t operator()(ByteView bytes) const { return keyed_hash(bytes); }
};
struct Same {
  bool operator()(ByteView a, ByteView b) const { return std::ranges::equal(a, b); }
};

}  // namespace

// What the jobs of one group add to the store: it does not show there before they are kept.
struct Ingest::Group {
  WriteSet writes = {};
  std::map<std::pair<PublicKey, std::uint64_t>, Hash256> sequences = {};
  // By the bytes of a statement that is among `writes`.
  std::unordered_map<ByteView, Hash256, HashOf, Same> statements = {};
  std::set<Hash256> equivocations = {};  // Ids of second headers and messages.
  bool is_leant_on = false;              // By the job at hand.

  // Puts `id` under `key` when nothing is there; what is there then.
  template <class Map, class Key>
  const Hash256& claim(Map& map, const Key& key, const Hash256& id) {
    is_leant_on = true;
    return map.try_emplace(key, id).first->second;
  }
  bool add_equivocation(const Hash256& second) {
    is_leant_on = true;
    return equivocations.insert(second).second;
  }
};

namespace {

void finish(Intake& intake) {
  if (intake.status == IntakeStatus::equivocation || intake.status == IntakeStatus::outdated) {
    return;
  }
  intake.status = intake.accepted > 0 ? IntakeStatus::accepted : IntakeStatus::held;
}

bool is_onboarding(const Message& message) { return std::holds_alternative<Onboarding>(message); }

}  // namespace

bool is_outdated(const StoredHeader& header, Round first_kept) {
  return header.header.header.last_round < first_kept &&
         header.received < round_opening(first_kept);
}

Result<bool> Ingest::is_gone(const StoredHeader& header) const {
  if (!is_outdated(header, first_kept_)) return false;
  const Result<std::vector<StoredMessage>> under = store_.onboardings(header.header.header.signer);
  if (!under) return fail(under.error());
  return std::ranges::find(*under, header.id, &StoredMessage::header) == under->end();
}

Result<std::optional<Hash256>> Ingest::holder_of_sequence(const BatchHeader& header,
                                                          const Hash256& id, Group& group) const {
  Result<std::optional<Hash256>> holder = store_.find_header_at(header.signer, header.sequence);
  if (!holder || !*holder || first_kept_ == 0) return holder;
  if (**holder == id && header.last_round >= first_kept_) return holder;
  const Result<std::optional<StoredHeader>> held = store_.find_header(**holder);
  if (!held) return fail(held.error());
  if (!*held) return holder;
  const Result<bool> gone = is_gone(**held);
  if (!gone) return fail(gone.error());
  if (!*gone) return holder;
  group.writes.forgotten_headers.push_back({(*held)->id, header.signer, header.sequence});
  return std::optional<Hash256>{};
}

Result<Intake> Ingest::sort_headers(const IntakeJob& job, Group& group) const {
  Intake intake;
  const auto& headers = std::get<std::vector<SignedHeader>>(job.content);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const BatchHeader& fields = headers[i].header;
    const Hash256& id = job.ids[i];
    const Result<std::optional<Hash256>> holder = holder_of_sequence(fields, id, group);
    if (!holder) return fail(holder.error());
    const std::size_t before = group.sequences.size();
    const Hash256 first =
        *holder ? **holder
                : group.claim(group.sequences, std::pair{fields.signer, fields.sequence}, id);
    if (first != id) {
      intake.status = IntakeStatus::equivocation;
      intake.detail = "header: sequence " + std::to_string(fields.sequence) +
                      " of this signer is taken by " + to_hex(first);
      const Result<bool> known = store_.has_equivocation(id);
      if (!known) return fail(known.error());
      if (*known || !group.add_equivocation(id)) continue;
      group.writes.equivocations.push_back({first, id, encode(headers[i])});
      group.writes.log.push_back({LogKind::equivocation, job.now, id});
      continue;
    }
    const bool is_new = group.sequences.size() > before;
    ++(is_new ? intake.accepted : intake.held);
    if (!is_new) continue;
    group.writes.headers.push_back({id, headers[i], job.now});
    group.writes.log.push_back({LogKind::header, job.now, id});
  }
  finish(intake);
  return intake;
}

Result<Intake> Ingest::sort_messages(IntakeJob& job, Group& group) const {
  Intake intake;
  // It may have gone since it was looked up.
  const Result<bool> gone = is_gone(*job.header);
  if (!gone) return fail(gone.error());
  if (*gone) return no_header(job.header->id);
  auto& messages = std::get<Batch>(job.content).messages;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Hash256& id = job.ids[i];
    const bool is_old = !is_onboarding(messages[i]) && round_of(messages[i]) < first_kept_;
    if (is_old && intake.status != IntakeStatus::equivocation) {
      intake.status = IntakeStatus::outdated;
      intake.detail = "message " + to_hex(id) + " is of round " +
                      std::to_string(round_of(messages[i])) + ", what is before round " +
                      std::to_string(first_kept_) + " has been judged and put away";
    }
    if (is_old) continue;
    Bytes statement = statement_bytes(messages[i]);
    const Result<std::optional<Hash256>> holder = store_.find_statement(statement);
    if (!holder) return fail(holder.error());
    const std::size_t before = group.statements.size();
    const Hash256 first =
        *holder ? **holder : group.claim(group.statements, ByteView(statement), id);
    bool is_new = group.statements.size() > before;
    if (first != id) {
      intake.status = IntakeStatus::equivocation;
      intake.detail = "message " + to_hex(id) + " contradicts " + to_hex(first);
      const Result<bool> known = store_.has_equivocation(id);
      if (!known) return fail(known.error());
      is_new = !*known && group.add_equivocation(id);
    }
    ++(is_new ? intake.accepted : intake.held);
    if (!is_new) continue;
    // A contradicting message stays too: both are void, and the verdicts have to name both.
    group.writes.messages.push_back({id, messages[i], job.header->id, static_cast<std::uint32_t>(i),
                                     std::move(job.paths[i]), job.now});
    group.writes.log.push_back({LogKind::message, job.now, id});
    if (first == id) {  // Its bytes stay where they are.
      group.writes.statements.emplace_back(std::move(statement), id);
    } else {
      group.writes.equivocations.push_back({first, id, {}});
      group.writes.log.push_back({LogKind::equivocation, job.now, id});
    }
  }
  finish(intake);
  return intake;
}

void Ingest::receive_from(UnixNanos time) {
  const std::lock_guard lock(settling_);
  earliest_ = std::max(earliest_, time);
}

void Ingest::keep_from(Round first) {
  const std::lock_guard lock(settling_);
  first_kept_ = std::max(first_kept_.load(), first);
}

void Ingest::settle(std::span<IntakeJob* const> jobs) {
  const std::lock_guard lock(settling_);
  for (IntakeJob* job : jobs) job->now = std::max(job->now, earliest_);
  Group group;
  // A job that leans on what the group adds fails with it.
  std::vector<IntakeJob*> leaning;
  for (IntakeJob* job : jobs) {
    group.is_leant_on = false;
    Result<Intake> sorted = std::holds_alternative<Batch>(job->content) ? sort_messages(*job, group)
                                                                        : sort_headers(*job, group);
    if (!sorted) {
      job->answer = store_failed(sorted.error());
      continue;
    }
    job->answer = *std::move(sorted);
    if (group.is_leant_on) leaning.push_back(job);
  }
  if (group.writes.log.empty()) return;
  const Result<void> kept = store_.commit(group.writes);
  if (kept) return;
  for (IntakeJob* job : leaning) job->answer = store_failed(kept.error());
}

}  // namespace earshot::verifier
