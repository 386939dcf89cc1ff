// Fetching what statements are about, and looking at it, before they count.
#include <nlohmann/json.hpp>

#include "verifier/quorum/envelopes.h"
#include "verifier/quorum/exchange.h"
#include "verifier/quorum/intake_check.h"

namespace earshot::verifier {
namespace {

constexpr std::chrono::seconds kPatience{60};  // Chosen: as verifier/fetch.h.

Bytes to_bytes(const std::string& text) { return {text.begin(), text.end()}; }

std::vector<const IntakeItem*> items_of(const IntakeList& list) {
  std::vector<const IntakeItem*> items;
  for (const auto* part : {&list.onboardings, &list.messages}) {
    for (const IntakeItem& item : *part) items.push_back(&item);
  }
  return items;
}

}  // namespace

// False when the peer does not have it, or it is not what the phase wants.
Result<bool> Exchange::has_content(std::size_t peer, const OpenedStatement& opened) {
  const Statement& statement = opened.statement;
  Result<std::optional<Bytes>> content = parts_.store.content(statement.content);
  if (!content) return fail(content.error());
  if (!*content) {
    const Result<std::optional<std::string>> body =
        parts_.peers[peer]->get("/v1/quorum/contents/" + to_hex(statement.content), kPatience);
    if (!body) return fail(body.error());
    if (!*body || sha256(as_bytes(**body)) != statement.content) return false;
    *content = to_bytes(**body);
  }
  if (statement.phase == Phase::commitment && !decode_commitment(**content)) return false;
  if (statement.phase == Phase::audits && !decode_measured(**content)) return false;
  if (statement.phase == Phase::channels) {
    const auto book = rewards::channels::decode_book(**content);
    if (!book || book->contract != parts_.quorum.contract) return false;
  }
  if (statement.phase == Phase::closing) {
    const Result<IntakeList> list = decode_intake_list(**content, parts_.quorum.size());
    if (!list) return false;
    const Result<bool> has_all = has_envelopes(peer, statement.content, *list);
    if (!has_all || !*has_all) return has_all;
    if (opened.signers.size() == 1) {
      const Result<void> checked = check_intake_list(
          *list, statement.checkpoint.head, [&](const TilePath& path) -> Result<Bytes> {
            const Result<std::optional<std::string>> tile =
                parts_.peers[opened.origin]->get("/" + to_string(path), kPatience);
            if (!tile) return fail(tile.error());
            if (!*tile) return fail(Errc::check_failed, to_string(path) + ": is not there");
            return to_bytes(**tile);
          });
      if (!checked) {
        return fail(checked.error().code,
                    parts_.quorum.members[opened.origin].log.name + ": " + checked.error().detail);
      }
    }
  }
  if (Result<void> kept = parts_.store.keep_content(**content); !kept) return fail(kept.error());
  return true;
}

Result<bool> Exchange::has_envelopes(std::size_t peer, const Hash256& content,
                                     const IntakeList& list) {
  Envelopes envelopes(parts_.messages, parts_.store);
  const std::vector<const IntakeItem*> items = items_of(list);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Result<std::optional<Bytes>> held = envelopes.find(items[i]->message, items[i]->envelope);
    if (!held) return fail(held.error());
    if (*held) continue;
    const Result<bool> fetched = has_tile_of_envelopes(peer, content, items, i / kEnvelopesPerTile);
    if (!fetched || !*fetched) return fetched;
  }
  return true;
}

Result<bool> Exchange::has_tile_of_envelopes(std::size_t peer, const Hash256& content,
                                             const std::vector<const IntakeItem*>& items,
                                             std::size_t tile) {
  const Result<std::optional<std::string>> body = parts_.peers[peer]->get(
      "/v1/quorum/envelopes/" + to_hex(content) + "/" + std::to_string(tile), kPatience);
  if (!body) return fail(body.error());
  if (!*body) return false;
  const Result<std::vector<Bytes>> bundle = parse_envelopes(as_bytes(**body));
  if (!bundle) return false;
  const std::size_t first = tile * kEnvelopesPerTile;
  if (bundle->size() != std::min(kEnvelopesPerTile, items.size() - first)) return false;
  for (std::size_t i = 0; i < bundle->size(); ++i) {
    const Bytes& envelope = (*bundle)[i];
    const IntakeItem& item = *items[first + i];
    const Result<LoggedMessage> logged = decode_envelope(envelope);
    if (!logged || sha256(envelope) != item.envelope ||
        message_id(parts_.quorum.network, logged->message) != item.message ||
        header_id(parts_.quorum.network, logged->header.header) != item.header) {
      return false;
    }
  }
  if (Result<void> kept = parts_.store.keep_envelopes(*bundle); !kept) return fail(kept.error());
  return true;
}

}  // namespace earshot::verifier
