#include "verifier/evidence_desk.h"

#include <algorithm>

#include "core/hash.h"
#include "core/merkle.h"
#include "verifier/evidence_audit.h"

namespace earshot::verifier {
namespace {

EvidenceReceipt refused(EvidenceStatus status, std::string detail) {
  return {.status = status, .detail = std::move(detail)};
}

bool fits(const WitnessReport& claim, const EvidenceChunk& chunk) {
  return merkle_verify(merkle_leaf(chunk.bytes), chunk.index, chunk_count(claim), chunk.path,
                       claim.evidence_root);
}

Hash256 log_id(const Hash256& report, const EvidenceChunk& chunk) {
  return sha256({report, encode(std::span(&chunk, 1))});
}

}  // namespace

EvidenceReceipt EvidenceDesk::take(const Hash256& report, ByteView body, UnixNanos now) {
  const Result<std::optional<AuditTask>> task = registry_.task(report);
  if (!task) return refused(EvidenceStatus::store_failed, task.error().detail);
  if (!*task) {
    return refused(EvidenceStatus::not_asked, "no audit asks for report " + to_hex(report));
  }
  if ((*task)->answer || now > (*task)->deadline) {
    return refused(EvidenceStatus::closed, "the audit of this report is closed");
  }
  const Result<std::vector<EvidenceChunk>> chunks = decode_evidence(body);
  if (!chunks) return refused(EvidenceStatus::malformed, chunks.error().detail);
  if (chunks->empty()) return refused(EvidenceStatus::malformed, "evidence: no chunk");
  const Result<std::optional<StoredMessage>> message = store_.find_message(report);
  if (!message) return refused(EvidenceStatus::store_failed, message.error().detail);
  const auto* claim = *message ? std::get_if<WitnessReport>(&(*message)->message) : nullptr;
  if (claim == nullptr) return refused(EvidenceStatus::not_asked, "no such report is held");
  if (claim->evidence_bytes > max_snippet_bytes_) {
    return refused(EvidenceStatus::malformed,
                   "evidence: the report claims " + std::to_string(claim->evidence_bytes) +
                       " bytes, at most " + std::to_string(max_snippet_bytes_) + " are taken");
  }
  return keep(report, *claim, *chunks, now);
}

EvidenceReceipt EvidenceDesk::keep(const Hash256& report, const WitnessReport& claim,
                                   const std::vector<EvidenceChunk>& chunks, UnixNanos now) {
  const std::lock_guard lock(mutex_);
  const Result<std::vector<EvidenceChunk>> held = store_.chunks(report);
  if (!held) return refused(EvidenceStatus::store_failed, held.error().detail);
  std::vector<bool> is_held(chunk_count(claim), false);
  for (const EvidenceChunk& chunk : *held) is_held[chunk.index] = true;

  WriteSet writes;
  EvidenceReceipt receipt;
  for (const EvidenceChunk& chunk : chunks) {
    if (!fits(claim, chunk)) {
      receipt =
          refused(EvidenceStatus::malformed, "evidence: chunk " + std::to_string(chunk.index) +
                                                 " does not hash to the signed root");
      writes = {};
      const Result<bool> known = store_.has_mismatch(report);
      if (known && *known) return receipt;
      writes.mismatched_reports.push_back(report);
      writes.log.push_back({LogKind::evidence_mismatch, now, log_id(report, chunk)});
      break;
    }
    if (is_held[chunk.index]) {
      ++receipt.held;
      continue;
    }
    is_held[chunk.index] = true;
    ++receipt.accepted;
    writes.chunks.push_back({report, chunk});
    writes.log.push_back({LogKind::evidence, now, log_id(report, chunk)});
  }
  if (receipt.accepted > 0) receipt.status = EvidenceStatus::accepted;
  if (writes.log.empty()) return receipt;
  if (const Result<void> kept = store_.commit(writes); !kept) {
    return refused(EvidenceStatus::store_failed, kept.error().detail);
  }
  return receipt;
}

}  // namespace earshot::verifier
