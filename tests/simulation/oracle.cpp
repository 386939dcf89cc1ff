#include "tests/simulation/oracle.h"

#include <nlohmann/json.hpp>

#include "core/merkle.h"
#include "core/message_json.h"
#include "core/posting.h"
#include "tests/simulation/node.h"

namespace earshot::simulation {
namespace {

using namespace earshot::verifier;  // NOLINT: the service's own words

constexpr std::uint64_t kUnknownSignerMay = 16;  // Sequences, and messages in a batch.

constexpr std::string_view kMessagesTarget = "/v1/messages";

bool is_json(const HttpRequest& request) { return request.content_type == "application/json"; }

std::optional<std::vector<SignedHeader>> headers_in(const HttpRequest& request) {
  std::vector<SignedHeader> headers;
  if (is_json(request)) {
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!json.is_array()) return std::nullopt;
    for (const auto& item : json) {
      const Result<SignedHeader> header = signed_header_from_json(item);
      if (!header) return std::nullopt;
      headers.push_back(*header);
    }
    return headers;
  }
  if (request.body.size() % kSignedHeaderBytes != 0) return std::nullopt;
  for (std::size_t at = 0; at < request.body.size(); at += kSignedHeaderBytes) {
    const Result<SignedHeader> header =
        decode_signed_header(as_bytes(request.body).subspan(at, kSignedHeaderBytes));
    if (!header) return std::nullopt;
    headers.push_back(*header);
  }
  return headers;
}

std::optional<Batch> batch_in(const HttpRequest& request) {
  Result<Batch> batch = is_json(request)
                            ? batch_from_json(nlohmann::json::parse(request.body, nullptr, false))
                            : decode_batch(as_bytes(request.body));
  if (!batch) return std::nullopt;
  return *std::move(batch);
}

std::optional<std::vector<Posted>> items_in(const HttpRequest& request) {
  Result<std::vector<Posted>> items =
      is_json(request) ? posting_from_json(nlohmann::json::parse(request.body, nullptr, false))
                       : decode_posting(as_bytes(request.body));
  if (!items) return std::nullopt;
  return *std::move(items);
}

// May only one of the two be said?
bool are_one_statement(const Message& a, const Message& b) {
  if (signer_of(a) != signer_of(b)) return false;
  const auto* first = std::get_if<Onboarding>(&a);
  const auto* second = std::get_if<Onboarding>(&b);
  if (first != nullptr || second != nullptr) {
    return first != nullptr && second != nullptr && first->sequence == second->sequence;
  }
  if (round_of(a) != round_of(b)) return false;
  const auto* heard = std::get_if<WitnessReport>(&a);
  const auto* heard_too = std::get_if<WitnessReport>(&b);
  if ((heard != nullptr) != (heard_too != nullptr)) return false;
  return heard == nullptr || heard->tag == heard_too->tag;
}

std::optional<StoredMessage> find_in(const MessageStore& store, const Hash256& id,
                                     const Message& message) {
  if (std::holds_alternative<Onboarding>(message)) return *store.find_message(id);
  const Round round = round_of(message);
  Result<std::vector<StoredMessage>> all = store.messages_of_rounds(round, round + 1);
  if (!all) return std::nullopt;
  const auto found = std::ranges::find(*all, id, &StoredMessage::id);
  return found == all->end() ? std::nullopt : std::optional<StoredMessage>{std::move(*found)};
}

Oracle::Expectation refused(int status) { return {.status = status, .change = {}}; }

}  // namespace

Oracle::Change& Oracle::Change::operator+=(const Change& more) {
  headers.insert(headers.end(), more.headers.begin(), more.headers.end());
  messages.insert(messages.end(), more.messages.begin(), more.messages.end());
  log.insert(log.end(), more.log.begin(), more.log.end());
  return *this;
}

std::vector<Oracle::Content> Oracle::contents_of(const HttpRequest& request) {
  std::vector<Content> contents;
  if (request.target == kMessagesTarget) {
    const auto items = items_in(request);
    for (const Posted& item : items ? *items : std::vector<Posted>{}) {
      if (const auto* header = std::get_if<SignedHeader>(&item)) {
        contents.emplace_back(std::vector{*header});
      } else {
        contents.emplace_back(std::get<Batch>(item));
      }
    }
  } else if (request.target == "/v1/headers") {
    const auto headers = headers_in(request);
    if (headers && !headers->empty()) contents.emplace_back(*headers);
  } else if (const auto batch = batch_in(request)) {
    contents.emplace_back(*batch);
  }
  return contents;
}

Oracle::Expectation Oracle::expect(const HttpRequest& request, UnixNanos now) const {
  if (request.target != kMessagesTarget) {
    const std::vector<Content> contents = contents_of(request);
    return contents.empty() ? refused(400) : expect_content(contents.front(), now);
  }
  Oracle settled = *this;
  return expect(request, now, settled);
}

Oracle::Expectation Oracle::expect(const HttpRequest& request, UnixNanos now,
                                   Oracle& settled) const {
  const std::vector<Content> contents = contents_of(request);
  if (contents.empty()) return refused(400);
  Expectation all{.status = 0, .change = {}};
  for (const Content& content : contents) {
    Expectation one = expect_content(content, now);
    if (one.status < 400 || one.status == 409 || one.status == 410)
      one = settled.expect_content(content, now);
    if (!one.change.log.empty()) settled.keep(one.change);
    all.status = std::max(all.status, one.status);
    all.accepted += one.accepted;
    all.held += one.held;
    all.change += one.change;
    if (request.target == kMessagesTarget) all.statuses.push_back(one.status);
  }
  return all;
}

Oracle::Expectation Oracle::expect_content(const Content& content, UnixNanos now) const {
  const auto* headers = std::get_if<std::vector<SignedHeader>>(&content);
  return headers != nullptr ? expect_headers(*headers, now)
                            : expect_batch(std::get<Batch>(content), now);
}

bool Oracle::is_registered(const PublicKey& hotspot) const {
  return std::ranges::any_of(messages_, [&](const Kept& kept) {
    return std::holds_alternative<Onboarding>(kept.message) && signer_of(kept.message) == hotspot;
  });
}

const Oracle::KeptHeader* Oracle::find_header(const Hash256& id) const {
  const auto found = std::ranges::find(headers_, id, &KeptHeader::id);
  return found == headers_.end() ? nullptr : &*found;
}

bool Oracle::is_gone(const KeptHeader& header, Round first_kept) const {
  return header.header.header.last_round < first_kept &&
         header.received < round_opening(first_kept) &&
         std::ranges::none_of(
             messages_,
             [&](const Kept& kept) {
               return std::holds_alternative<Onboarding>(kept.message) &&
                      kept.header == header.header;
             });
}

bool Oracle::is_put_away(const Message& message) const {
  return !std::holds_alternative<Onboarding>(message) && round_of(message) < first_kept_;
}

bool Oracle::is_logged(const LogEntry& entry) const {
  return std::ranges::any_of(log_, [&](const LogEntry& logged) {
    return logged.kind == entry.kind && logged.id == entry.id;
  });
}

Oracle::Expectation Oracle::expect_headers(const std::vector<SignedHeader>& headers,
                                           UnixNanos now) const {
  for (const SignedHeader& header : headers) {
    const BatchHeader& fields = header.header;
    if (fields.count == 0 || fields.sequence == 0 || fields.last_round < fields.first_round ||
        fields.last_round > round_at(now) + 1) {
      return refused(400);
    }
    if (!crowd_->signed_here(encode(header))) return refused(401);
  }
  for (const SignedHeader& header : headers) {
    const bool is_small =
        header.header.sequence <= kUnknownSignerMay && header.header.count <= kUnknownSignerMay;
    if (!is_small && !is_registered(header.header.signer)) return refused(401);
  }
  const UnixNanos received = received_at(now);
  Expectation expected;
  bool forked = false;
  for (const SignedHeader& header : headers) {
    const Hash256 id = header_id(kNetwork, header.header);
    const auto same = std::ranges::find_if(headers_, [&](const KeptHeader& kept) {
      return kept.header.header.signer == header.header.signer &&
             kept.header.header.sequence == header.header.sequence && !is_gone(kept, first_kept_);
    });
    if (same == headers_.end()) {
      ++expected.accepted;
      expected.change.headers.push_back({id, header, received});
      expected.change.log.push_back({LogKind::header, received, id});
    } else if (same->id == id) {
      ++expected.held;
    } else {
      forked = true;
      const LogEntry proof{LogKind::equivocation, received, id};
      if (!is_logged(proof)) expected.change.log.push_back(proof);
    }
  }
  expected.status = forked ? 409 : expected.accepted > 0 ? 202 : 200;
  return expected;
}

Oracle::Expectation Oracle::expect_batch(const Batch& batch, UnixNanos now) const {
  const KeptHeader* header = find_header(batch.header);
  if (header == nullptr || is_gone(*header, first_kept_)) return refused(404);
  if (!check_batch(kNetwork, header->header, batch)) return refused(400);
  bool onboards = false;
  bool reveals = false;
  for (const Message& message : batch.messages) {
    onboards = onboards || std::holds_alternative<Onboarding>(message);
    reveals = reveals || std::holds_alternative<BeaconReport>(message) ||
              std::holds_alternative<WitnessReport>(message);
  }
  if (!onboards && !is_registered(header->header.header.signer)) return refused(401);
  const UnixNanos reveal = round_opening(header->header.header.last_round + 1) +
                           kHeaderDeadlineSeconds * kNanosPerSecond;
  if (reveals && now < reveal) return refused(429);
  Expectation expected{.status = 200, .change = {}};
  bool is_outdated = false;
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    if (is_put_away(batch.messages[i])) {
      is_outdated = true;
      continue;
    }
    add_message({batch.messages[i], message_id(kNetwork, batch.messages[i]), header->header,
                 static_cast<std::uint32_t>(i), header->received, received_at(now)},
                expected);
  }
  if (expected.status == 409) return expected;
  expected.status = is_outdated ? 410 : expected.accepted > 0 ? 202 : 200;
  return expected;
}

// One message of a batch whose envelope is good.
void Oracle::add_message(const Kept& message, Expectation& expected) const {
  const Kept* same = nullptr;
  bool is_held = false;
  for (const std::vector<Kept>* list : {&messages_, &std::as_const(expected.change.messages)}) {
    for (const Kept& kept : *list) {
      is_held = is_held || kept.id == message.id;
      if (same == nullptr && are_one_statement(kept.message, message.message)) same = &kept;
    }
  }
  const bool contradicts = same != nullptr && same->id != message.id;
  if (contradicts) expected.status = 409;
  ++(is_held ? expected.held : expected.accepted);
  if (is_held) return;
  expected.change.messages.push_back(message);
  expected.change.messages.back().place = log_.size() + expected.change.log.size();
  expected.change.log.push_back({LogKind::message, message.received, message.id});
  if (contradicts) {
    expected.change.log.push_back({LogKind::equivocation, message.received, message.id});
  }
}

// The log's entry for a chunk, but for its time.
LogEntry Oracle::evidence_entry(const Kept& report, bool fits) {
  const EvidenceChunk chunk = Crowd::chunk(signer_of(report.message), fits);
  return {fits ? LogKind::evidence : LogKind::evidence_mismatch, 0,
          sha256({report.id, encode(std::span(&chunk, 1))})};
}

Oracle::Expectation Oracle::expect_evidence(const Hash256& report, bool fits, UnixNanos now,
                                            int status) const {
  Expectation expected{.status = status, .change = {}};
  const auto kept = std::ranges::find(messages_, report, &Kept::id);
  if (kept == messages_.end()) return expected;
  LogEntry entry = evidence_entry(*kept, fits);
  entry.time = now;
  if (status == (fits ? 202 : 400) && !is_logged(entry)) expected.change.log.push_back(entry);
  expected.accepted = status == 202 ? 1 : 0;
  expected.held = status == 200 ? 1 : 0;
  return expected;
}

void Oracle::keep(const Change& change) {
  for (const KeptHeader& header : change.headers) {
    // One that was gone comes again, or makes way for another.
    std::erase_if(headers_, [&](const KeptHeader& kept) {
      return kept.header.header.signer == header.header.header.signer &&
             kept.header.header.sequence == header.header.header.sequence;
    });
    headers_.push_back(header);
  }
  messages_.insert(messages_.end(), change.messages.begin(), change.messages.end());
  log_.insert(log_.end(), change.log.begin(), change.log.end());
  doubted_ = {};
}

void Oracle::doubt(const Change& change) {
  if (!change.log.empty()) doubted_ = change;
}

std::string Oracle::compare(const MessageStore& store) {
  if (!doubted_.log.empty() && store.log_head().size == log_.size() + doubted_.log.size()) {
    keep(Change(doubted_));
  }
  doubted_ = {};
  if (store.log_head().size != log_.size()) {
    return "the log has " + std::to_string(store.log_head().size) + " entries, " +
           std::to_string(log_.size()) + " were acknowledged";
  }
  if (*store.log_entries(0, log_.size()) != log_) return "the log holds other entries";
  const Round first_kept = store.first_kept();
  for (const KeptHeader& kept : headers_) {
    const auto found = *store.find_header(kept.id);
    if (!found && is_gone(kept, first_kept)) continue;
    if (!found || found->header != kept.header || found->received != kept.received) {
      return "header " + to_hex(kept.id) + " is lost or changed";
    }
  }
  for (const Kept& kept : messages_) {
    const std::optional<StoredMessage> found = find_in(store, kept.id, kept.message);
    if (!std::holds_alternative<Onboarding>(kept.message) && round_of(kept.message) < first_kept) {
      if (found) return "message " + to_hex(kept.id) + " is put away and yet there";
      continue;
    }
    if (!found || found->message != kept.message || found->received != kept.received) {
      return "message " + to_hex(kept.id) + " is lost or changed";
    }
  }
  return {};
}

}  // namespace earshot::simulation
