// What a correct verifier has to answer and to keep, written naively from DESIGN sections 4 to 6:
// lists that are searched from the start, no threads, no disk. It knows every message that was
// acknowledged, and when; what an epoch's verdicts have to be follows from that (oracle_epoch.cpp).
#pragma once
#include <functional>
#include <string>
#include <variant>

#include "tests/simulation/crowd.h"
#include "verifier/http.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::simulation {

// When `span` has passed since `start` outside of `outages`, which ascend.
UnixNanos stretched(UnixNanos start, UnixNanos span, const std::vector<verifier::Outage>& outages);

class Oracle {
 public:
  explicit Oracle(const Crowd& crowd) : crowd_(&crowd) {}

  struct Kept {
    Message message;
    Hash256 id{};
    SignedHeader header;
    std::uint32_t index = 0;
    UnixNanos header_received = 0;
    UnixNanos received = 0;
    std::size_t place = 0;  // Of its entry in the log.
  };
  struct KeptHeader {
    Hash256 id{};
    SignedHeader header;
    UnixNanos received = 0;
  };
  // What a request has to change.
  struct Change {
    std::vector<KeptHeader> headers;
    std::vector<Kept> messages;
    std::vector<verifier::LogEntry> log;
    Change& operator+=(const Change& more);
  };
  struct Expectation {
    int status = 0;
    std::size_t accepted = 0;
    std::size_t held = 0;
    Change change;
    std::vector<int> statuses = {};  // Of a request to /v1/messages: of its items.
  };

  // What a request to /v1/headers, /v1/bodies (one each) or /v1/messages holds; nothing when it
  // cannot be read.
  using Content = std::variant<std::vector<SignedHeader>, Batch>;
  static std::vector<Content> contents_of(const verifier::HttpRequest& request);
  // Of a POST to one of them that arrives when the verifier's clock shows `now`.
  Expectation expect(const verifier::HttpRequest& request, UnixNanos now) const;
  // The same in a group of requests that share a write: each content is checked by what is held
  // before the group, and is new or not by what is `settled` by then, which grows.
  Expectation expect(const verifier::HttpRequest& request, UnixNanos now, Oracle& settled) const;
  // Of the chunk of a report that an audit asks for, when it was answered with `status`: whether
  // the audit was still open then is not looked at.
  Expectation expect_evidence(const Hash256& report, bool fits, UnixNanos now, int status) const;

  void keep(const Change& change);
  // The process stopped before it answered: kept wholly or not at all.
  void doubt(const Change& change);
  void forget_doubt() { doubted_ = {}; }
  // Whether a restarted store holds all of it; says what is wrong.
  std::string compare(const verifier::MessageStore& store);

  // Nothing is received before this any more: audits were drawn, or an epoch was sealed.
  void raise_floor(UnixNanos time) { floor_ = std::max(floor_, time); }
  // A verifier that starts knows only what it had on disk.
  void restart_floor(const verifier::RegistryStore& registry);
  UnixNanos received_at(UnixNanos now) const { return std::max(now, floor_); }
  // Reports and notices of earlier rounds are refused: they are put away.
  void keep_from(Round first) { first_kept_ = first; }

  // Whether the chunk of a report came that fits.
  bool has_evidence(const Hash256& report) const;

  std::size_t log_size() const { return log_.size(); }
  const std::vector<Kept>& messages() const { return messages_; }

  // What the verifier holds at the seal, from the `log_size` entries that it had read; entropy and
  // draw are what it published.
  verifier::EpochRecord record_of(std::uint64_t epoch, std::size_t log_size,
                                  const verifier::RegistryStore& registry) const;
  // "accepted/ok", "late/late", ... for each message of the record, onboardings first.
  std::vector<std::string> verdicts_of(const verifier::EpochRecord& record) const;

 private:
  Expectation expect_content(const Content& content, UnixNanos now) const;
  Expectation expect_headers(const std::vector<SignedHeader>& headers, UnixNanos now) const;
  Expectation expect_batch(const Batch& batch, UnixNanos now) const;
  void add_message(const Kept& message, Expectation& expected) const;
  bool is_registered(const PublicKey& hotspot) const;
  const KeptHeader* find_header(const Hash256& id) const;
  // It need not be there any more: what it signed is put away, and no onboarding is under it.
  bool is_gone(const KeptHeader& header, Round first_kept) const;
  bool is_put_away(const Message& message) const;
  bool is_logged(const verifier::LogEntry& entry) const;
  static verifier::LogEntry evidence_entry(const Kept& report, bool fits);
  verifier::AuditRecord audit_of(const Kept& report) const;

  const Crowd* crowd_;
  UnixNanos floor_ = 0;
  Round first_kept_ = 0;
  std::vector<KeptHeader> headers_;
  std::vector<Kept> messages_;
  std::vector<verifier::LogEntry> log_;
  Change doubted_;
};

}  // namespace earshot::simulation
