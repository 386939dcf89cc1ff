#include "verifier/quorum/quorum_desk.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "verifier/api.h"
#include "verifier/quorum/envelopes.h"
#include "verifier/quorum/quorum_entropy.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > kLastRound) {
    return std::nullopt;
  }
  return value;
}

HttpResponse nothing() { return error_response(404, "there is nothing under this path"); }
HttpResponse ok(const Json& body) { return {.status = 200, .body = body.dump()}; }

}  // namespace

HttpResponse QuorumDesk::get(std::span<const std::string_view> path) const {
  const std::string_view what = path.empty() ? "" : path[0];
  if (path.size() == 1 && what == "verifiers") return get_verifiers();
  if (path.size() == 1 && what == "evidence") return get_evidence();
  if (path.size() == 2) {
    if (what == "contents") return get_content(path[1]);
    if (what == "links") return get_links(path[1]);
    if (what == "signatures") return get_signatures(path[1]);
    if (what == "snippets") return get_snippet(path[1]);
    if (what == "evidence") return get_proof(path[1]);
  }
  if (path.size() == 3 && what == "statements") return get_statements(path[1], path[2]);
  if (path.size() == 3 && what == "envelopes") return get_envelopes(path[1], path[2]);
  return nothing();
}

HttpResponse QuorumDesk::get_verifiers() const {
  Json members = Json::array();
  for (const Member& member : parts_.quorum.members) {
    members.push_back({{"log_key", member.log.to_string()},
                       {"address", "0x" + to_hex(member.address)},
                       {"url", member.url}});
  }
  return ok({{"id", to_hex(quorum_id(parts_.quorum))},
             {"threshold", parts_.quorum.threshold},
             {"first_epoch", parts_.quorum.first_epoch},
             {"contract", "0x" + to_hex(parts_.quorum.contract)},
             {"self", "0x" + to_hex(parts_.quorum.members[parts_.quorum.self].address)},
             {"verifiers", std::move(members)}});
}

HttpResponse QuorumDesk::get_statements(std::string_view epoch, std::string_view phase) const {
  const std::optional<std::uint64_t> number = number_of(epoch);
  const std::optional<Phase> known = parse_phase(phase);
  if (!number || !known) return nothing();
  const Result<std::vector<KeptStatement>> statements = parts_.store.statements(*number, *known);
  if (!statements) return unavailable(statements.error());
  Json notes = Json::array();
  for (const KeptStatement& statement : *statements) notes.push_back(statement.note);
  return ok(notes);
}

HttpResponse QuorumDesk::get_content(std::string_view hash) const {
  const Result<Hash256> name = array_from_hex<32>(hash);
  if (!name) return error_response(400, "content: " + name.error().detail);
  const Result<std::optional<Bytes>> content = parts_.store.content(*name);
  if (!content) return unavailable(content.error());
  return *content ? immutable(**content) : nothing();
}

HttpResponse QuorumDesk::get_envelopes(std::string_view content, std::string_view tile) const {
  const Result<Hash256> name = array_from_hex<32>(content);
  const std::optional<std::uint64_t> number = number_of(tile);
  if (!name || !number) return error_response(400, "expected a content's hash and a number");
  const Result<std::optional<Bytes>> bytes = parts_.store.content(*name);
  if (!bytes) return unavailable(bytes.error());
  if (!*bytes) return nothing();
  const Result<IntakeList> list = decode_intake_list(**bytes, parts_.quorum.size());
  if (!list) return nothing();  // Of another phase.
  std::vector<IntakeItem> items = list->onboardings;
  items.insert(items.end(), list->messages.begin(), list->messages.end());
  const std::size_t first = *number * kEnvelopesPerTile;
  if (first >= items.size()) return nothing();
  Envelopes envelopes(parts_.messages, parts_.store);
  std::vector<Bytes> found;
  for (std::size_t i = first; i < std::min(items.size(), first + kEnvelopesPerTile); ++i) {
    Result<std::optional<Bytes>> one = envelopes.find(items[i].message, items[i].envelope);
    if (!one) return unavailable(one.error());
    if (!*one) return nothing();
    found.push_back(std::move(**one));
  }
  return immutable(bundle_envelopes(found));
}

HttpResponse QuorumDesk::get_links(std::string_view round) const {
  const std::optional<std::uint64_t> number = number_of(round);
  if (!number) return error_response(400, "round: expected a number");
  const Result<LinkRow> row = parts_.store.links(*number, parts_.quorum.size());
  if (!row) return unavailable(row.error());
  return {.status = 200,
          .content_type = "text/plain; charset=utf-8",
          .body = to_string(sign_links(parts_.signer, parts_.quorum, *row))};
}

HttpResponse QuorumDesk::get_signatures(std::string_view epoch) const {
  const std::optional<std::uint64_t> number = number_of(epoch);
  if (!number) return error_response(400, "epoch: expected a number");
  const auto signatures = parts_.store.signatures(*number);
  if (!signatures) return unavailable(signatures.error());
  Json list = Json::array();
  for (const auto& [member, json] : *signatures) list.push_back(Json::parse(json));
  return ok(list);
}

// The chunks of a report's snippet that have come, as POST /v1/evidence takes them.
HttpResponse QuorumDesk::get_snippet(std::string_view report) const {
  const Result<Hash256> id = array_from_hex<32>(report);
  if (!id) return error_response(400, "report id: " + id.error().detail);
  const Result<std::vector<EvidenceChunk>> chunks = parts_.messages.chunks(*id);
  if (!chunks) return unavailable(chunks.error());
  if (chunks->empty()) return nothing();
  const Bytes bytes = encode(std::span<const EvidenceChunk>(*chunks));
  return {.status = 200,
          .content_type = "application/octet-stream",
          .body = std::string(bytes.begin(), bytes.end())};
}

HttpResponse QuorumDesk::get_evidence() const {
  const Result<std::vector<KeptEvidence>> kept = parts_.store.evidence();
  if (!kept) return unavailable(kept.error());
  Json names = Json::array();
  for (const KeptEvidence& one : *kept) names.push_back(one.name);
  return ok(names);
}

HttpResponse QuorumDesk::get_proof(std::string_view name) const {
  const Result<std::vector<KeptEvidence>> kept = parts_.store.evidence();
  if (!kept) return unavailable(kept.error());
  for (const KeptEvidence& one : *kept) {
    if (one.name == name) return {.status = 200, .body = one.json};
  }
  return nothing();
}

}  // namespace earshot::verifier
