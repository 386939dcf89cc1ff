#include "verifier/quorum/exchange.h"

#include <spdlog/logger.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "verifier/epoch_calendar.h"
#include "verifier/quorum/misbehaviour.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{20};            // Chosen: lists are megabytes.
constexpr std::size_t kMostStatements = 4;               // Of one origin; two prove all.
constexpr UnixNanos kOftenPause = 10 * kNanosPerSecond;  // Chosen: snippets, signatures.
constexpr std::uint64_t kSignedLately = 8;               // Epochs whose signatures are asked for.

// In which steps of a phase `now` lies: on a border in both.
std::vector<std::size_t> steps_at(const PhaseWindow& window, UnixNanos step, UnixNanos now) {
  std::vector<std::size_t> steps;
  for (UnixNanos begin = window.begin; begin < window.end; begin += step) {
    if (now >= begin && now <= begin + step) {
      steps.push_back(static_cast<std::size_t>((begin - window.begin) / step) + 1);
    }
  }
  return steps;
}

std::string about(std::uint64_t epoch, Phase phase) {
  return "epoch " + std::to_string(epoch) + ": " + std::string(phase_name(phase));
}

}  // namespace

Result<bool> Exchange::has_stated(std::uint64_t epoch, Phase phase) const {
  const Result<std::vector<KeptStatement>> known = parts_.store.statements(epoch, phase);
  if (!known) return fail(known.error());
  return std::ranges::any_of(*known, [this](const KeptStatement& statement) {
    return statement.origin == parts_.quorum.self;
  });
}

Result<void> Exchange::state(std::uint64_t epoch, Phase phase, const Bytes& content,
                             const LogHead& head, UnixNanos now) {
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
  if (now < window.begin || now > window.begin + parts_.quorum.step) return {};
  const Result<bool> done = has_stated(epoch, phase);
  if (!done) return fail(done.error());
  if (*done) return {};
  if (Result<void> kept = parts_.store.keep_content(content); !kept) return kept;
  const Statement statement{.checkpoint = {parts_.signer.key.name, head, {}},
                            .phase = phase,
                            .network = parts_.quorum.network,
                            .epoch = epoch,
                            .quorum = quorum_id(parts_.quorum),
                            .content = sha256(content)};
  const Note note = sign_statement(statement, parts_.signer);
  parts_.log.info("{} stated, {} bytes, {}", about(epoch, phase), content.size(),
                  to_hex(statement.content));
  return parts_.store.keep_statement(epoch, phase,
                                     {.origin = parts_.quorum.self,
                                      .text = note.text,
                                      .note = to_string(note),
                                      .content = statement.content,
                                      .is_heard = true});
}

bool Exchange::is_due(const std::string& what, UnixNanos now, UnixNanos pause) {
  const auto [at, is_new] = looked_.try_emplace(what, now);
  if (!is_new && now < at->second + pause) return false;
  at->second = now;
  return true;
}

void Exchange::tick(UnixNanos now) {
  const Result<std::optional<std::uint64_t>> last = parts_.registry.last_sealed();
  if (!last) return complaints_.failed("exchange", last.error().detail);
  const std::uint64_t first = *last ? **last + 1 : parts_.quorum.first_epoch;
  const auto attempt = [&](const std::string& subject, const Result<void>& done) {
    done ? complaints_.works(subject) : complaints_.failed(subject, done.error().detail);
  };
  if (looked_.size() > 10'000) looked_.clear();  // Chosen: old subjects go.
  for (std::uint64_t epoch = first;
       window_of(parts_.quorum, parts_.policy, epoch, Phase::commitment).begin <= now; ++epoch) {
    for (const Phase phase : parts_.quorum.phases()) {
      const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
      const Result<PhaseState> state = state_of(epoch, phase, now);
      if (now < window.begin || (state && *state != PhaseState::open)) continue;
      attempt(about(epoch, phase), look(epoch, phase, window, now));
    }
    attempt("epoch " + std::to_string(epoch) + ": snippets", pull_snippets(epoch, now));
  }
  if (!*last) return;
  for (std::uint64_t epoch = **last; epoch + kSignedLately > **last; --epoch) {
    const std::string subject = "epoch " + std::to_string(epoch) + ": signatures";
    if (is_due(subject, now, kOftenPause)) attempt(subject, exchange_signatures(epoch));
    if (epoch == parts_.quorum.first_epoch) break;
  }
}

Result<PhaseState> Exchange::state_of(std::uint64_t epoch, Phase phase, UnixNanos now) const {
  const Result<std::optional<PhaseOutcome>> decided = parts_.store.decision(epoch, phase);
  if (!decided) return fail(decided.error());
  if (*decided) return PhaseState::decided;
  const PhaseWindow window = window_of(parts_.quorum, parts_.policy, epoch, phase);
  if (now <= window.begin + parts_.quorum.step) return PhaseState::open;
  const Result<std::size_t> kept = parts_.store.steps_kept(epoch, phase);
  if (!kept) return fail(kept.error());
  const auto passed =
      std::min<std::size_t>(static_cast<std::size_t>((now - window.begin - 1) / parts_.quorum.step),
                            parts_.quorum.steps());
  return *kept < passed ? PhaseState::missed : PhaseState::open;
}

Result<void> Exchange::look(std::uint64_t epoch, Phase phase, const PhaseWindow& window,
                            UnixNanos now) {
  const std::vector<std::size_t> steps = steps_at(window, parts_.quorum.step, now);
  // Often enough that what reached one in a step reaches all in the next.
  if (!is_due(about(epoch, phase), now, parts_.quorum.step / 30) && now < window.end) return {};
  Result<void> outcome;
  for (std::size_t peer = 0; peer < parts_.quorum.size() && now <= window.end; ++peer) {
    if (parts_.peers[peer] == nullptr) continue;
    // One that is down must not stop what the others say.
    const Result<void> looked = look_at(peer, epoch, phase, window, now);
    if (!looked) outcome = fail(looked.error());
  }
  for (const std::size_t step : steps) {
    if (Result<void> kept = parts_.store.keep_step(epoch, phase, step); !kept) return kept;
  }
  if (now < window.end) return outcome;
  const Result<std::size_t> kept = parts_.store.steps_kept(epoch, phase);
  if (!kept) return fail(kept.error());
  if (*kept < parts_.quorum.steps()) return outcome;  // Missed.
  if (Result<void> decided = decide(epoch, phase); !decided) return decided;
  return outcome;
}

Result<void> Exchange::look_at(std::size_t peer, std::uint64_t epoch, Phase phase,
                               const PhaseWindow& window, UnixNanos now) {
  const std::string path =
      "/v1/quorum/statements/" + std::to_string(epoch) + "/" + std::string(phase_name(phase));
  const Result<std::optional<std::string>> body = parts_.peers[peer]->get(path, kPatience);
  if (!body) return fail(body.error());
  if (!*body) return {};
  const Result<Json> json = parse_json(**body);
  if (!json) return fail(json.error());
  if (!json->is_array() || json->size() > kMostStatements * parts_.quorum.size()) {
    return fail(Errc::bad_data, path + ": expected an array of notes");
  }
  for (const Json& text : *json) {
    if (!text.is_string()) return fail(Errc::bad_data, path + ": expected an array of notes");
    const Result<Note> note = parse_note(text.get<std::string>());
    if (!note) return fail(note.error());
    const Result<OpenedStatement> opened = open_statement(*note, parts_.quorum);
    if (!opened) return fail(opened.error());
    if (opened->statement.epoch != epoch || opened->statement.phase != phase) {
      return fail(Errc::bad_data, path + ": a statement of another epoch or phase");
    }
    const auto step = static_cast<UnixNanos>(opened->signers.size()) * parts_.quorum.step;
    const bool is_in_time = now >= window.begin && now <= std::min(window.begin + step, window.end);
    if (Result<void> done = consider(peer, epoch, phase, *note, *opened, is_in_time); !done) {
      return done;
    }
  }
  return {};
}

Result<void> Exchange::consider(std::size_t peer, std::uint64_t epoch, Phase phase,
                                const Note& note, const OpenedStatement& opened, bool is_in_time) {
  const Result<std::vector<KeptStatement>> known = parts_.store.statements(epoch, phase);
  if (!known) return fail(known.error());
  const auto same = std::ranges::find(*known, note.text, &KeptStatement::text);
  Note merged{note.text, {}};
  if (same != known->end()) {
    const Result<Note> held = parse_note(same->note);
    if (!held) return fail(held.error());
    merged = *held;
  } else {
    const auto of_origin = std::ranges::count(*known, opened.origin, &KeptStatement::origin);
    if (static_cast<std::size_t>(of_origin) >= kMostStatements) return {};
    if (Result<void> done = look_for_contradiction(epoch, phase, opened.origin, note, *known);
        !done) {
      return done;
    }
  }
  const std::size_t before = merged.signatures.size();
  for (const std::size_t member : opened.signers) {
    const NoteKey& key = parts_.quorum.members[member].log;
    if (verify_note(merged, key)) continue;
    const auto theirs = std::ranges::find_if(note.signatures, [&](const NoteSignature& signature) {
      return signature.name == key.name && signature.key_id == key.id();
    });
    merged.signatures.push_back(*theirs);
  }
  bool is_heard = same != known->end() && same->is_heard;
  Result<bool> complete = false;
  if (!is_heard && is_in_time) {
    complete = has_content(peer, opened);
    if (complete && *complete) {
      is_heard = true;
      if (!opened.signers.contains(parts_.quorum.self)) {
        merged.signatures.push_back(sign_note(parts_.signer, note.text));
      }
    }
  }
  const bool is_news =
      same == known->end() || merged.signatures.size() != before || is_heard != same->is_heard;
  if (is_news) {
    if (Result<void> kept = parts_.store.keep_statement(epoch, phase,
                                                        {.origin = opened.origin,
                                                         .text = note.text,
                                                         .note = to_string(merged),
                                                         .content = opened.statement.content,
                                                         .is_heard = is_heard});
        !kept) {
      return kept;
    }
  }
  if (!complete) return fail(complete.error());
  return {};
}

Result<void> Exchange::look_for_contradiction(std::uint64_t epoch, Phase phase, std::size_t origin,
                                              const Note& note,
                                              const std::vector<KeptStatement>& known) {
  const Member& member = parts_.quorum.members[origin];
  for (const KeptStatement& other : known) {
    if (other.origin != origin) continue;
    const Result<Note> held = parse_note(other.note);
    if (!held) return fail(held.error());
    const std::optional<std::string> what = contradiction_of(member.log, *held, note);
    if (!what) continue;
    accuse("equivocation-" + std::to_string(epoch) + "-" + std::string(phase_name(phase)) + "-" +
               to_hex(member.address),
           equivocation_file(member.log, *held, note), member.log.name + " " + *what);
  }
  return {};
}

void Exchange::accuse(const std::string& name, const std::string& json, const std::string& line) {
  const Result<bool> is_new = parts_.store.keep_evidence({name, json});
  if (!is_new) return complaints_.failed("evidence", is_new.error().detail);
  if (*is_new) parts_.log.error("{}; proof: GET /v1/quorum/evidence/{}", line, name);
}

Result<void> Exchange::decide(std::uint64_t epoch, Phase phase) {
  const Result<std::vector<KeptStatement>> known = parts_.store.statements(epoch, phase);
  if (!known) return fail(known.error());
  PhaseOutcome decision(parts_.quorum.size());
  std::vector<std::size_t> heard(parts_.quorum.size());
  for (const KeptStatement& statement : *known) {
    if (!statement.is_heard) continue;
    ++heard[statement.origin];
    decision[statement.origin] = statement.content;
  }
  std::size_t in = 0;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (heard[i] != 1) decision[i].reset();
    if (heard[i] == 1) ++in;
    if (heard[i] == 1) continue;
    parts_.log.warn("{}: {} is left out: {}", about(epoch, phase),
                    parts_.quorum.members[i].log.name,
                    heard[i] == 0 ? "nothing in time" : "it said several things");
  }
  parts_.log.info("{} decided, {} of {} verifiers are in", about(epoch, phase), in, heard.size());
  return parts_.store.decide(epoch, phase, decision);
}

Result<void> Exchange::pull_snippets(std::uint64_t epoch, UnixNanos now) {
  const Result<std::vector<AuditTask>> tasks = parts_.registry.tasks_of_epoch(epoch);
  if (!tasks) return fail(tasks.error());
  for (const AuditTask& task : *tasks) {
    if (task.answer || now > task.deadline) continue;
    const std::string name = to_hex(task.report);
    if (!is_due(name, now, kOftenPause)) continue;
    for (const std::unique_ptr<Peer>& peer : parts_.peers) {
      if (peer == nullptr) continue;
      const Result<std::optional<std::string>> body =
          peer->get("/v1/quorum/snippets/" + name, kPatience);
      if (!body || !*body) continue;  // Another may have it.
      const EvidenceReceipt receipt = parts_.evidence.take(task.report, as_bytes(**body), now);
      if (receipt.status == EvidenceStatus::store_failed) {
        return fail(Errc::unavailable, receipt.detail);
      }
    }
  }
  return {};
}

}  // namespace earshot::verifier
