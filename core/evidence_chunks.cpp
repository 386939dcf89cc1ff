// Evidence on its way to a verifier: a snippet cut into chunks with Merkle paths, and whole again.
#include <algorithm>

#include "core/merkle.h"
#include "core/messages.h"

namespace earshot {
namespace {

constexpr std::size_t kMaxPath = 32;  // Chunk indices are 32 bits.

Error chunk_error(std::uint64_t index, const std::string& what) {
  return {Errc::bad_data, "evidence chunk " + std::to_string(index) + ": " + what};
}

}  // namespace

Bytes encode(std::span<const EvidenceChunk> chunks) {
  Writer writer;
  for (const EvidenceChunk& chunk : chunks) {
    writer.put(chunk.index);
    writer.put(static_cast<std::uint16_t>(chunk.bytes.size()));
    writer.put(ByteView(chunk.bytes));
    writer.put(static_cast<std::uint8_t>(chunk.path.size()));
    for (const Hash256& hash : chunk.path) writer.put(ByteView(hash));
  }
  return std::move(writer).take();
}

Result<std::vector<EvidenceChunk>> decode_evidence(ByteView bytes) {
  Reader reader(bytes);
  std::vector<EvidenceChunk> chunks;
  while (!reader.failed() && reader.left() > 0) {
    EvidenceChunk chunk;
    chunk.index = reader.get<std::uint32_t>();
    const std::size_t size = reader.get<std::uint16_t>();
    const ByteView raw = reader.get_bytes(size);
    chunk.bytes.assign(raw.begin(), raw.end());
    const std::size_t path = reader.get<std::uint8_t>();
    if (reader.failed()) break;
    if (size < 1 || size > kEvidenceChunkBytes) {
      return fail(
          chunk_error(chunk.index, "length is " + std::to_string(size) + ", expected 1 to 4096"));
    }
    if (path > kMaxPath) {
      return fail(chunk_error(chunk.index,
                              "path length is " + std::to_string(path) + ", expected 0 to 32"));
    }
    for (std::size_t i = 0; i < path; ++i) chunk.path.push_back(reader.get_array<32>());
    chunks.push_back(std::move(chunk));
  }
  if (Result<void> whole = reader.finish("evidence"); !whole) return fail(whole.error());
  return chunks;
}

std::vector<EvidenceChunk> cut_evidence(ByteView snippet) {
  std::vector<EvidenceChunk> chunks;
  std::vector<Hash256> leaves;
  for (std::size_t at = 0; at < snippet.size(); at += kEvidenceChunkBytes) {
    const ByteView piece = snippet.subspan(at, std::min(kEvidenceChunkBytes, snippet.size() - at));
    leaves.push_back(merkle_leaf(piece));
    chunks.push_back({.index = static_cast<std::uint32_t>(chunks.size()),
                      .bytes = Bytes(piece.begin(), piece.end()),
                      .path = {}});
  }
  for (EvidenceChunk& chunk : chunks) chunk.path = merkle_proof(leaves, chunk.index);
  return chunks;
}

Result<Bytes> join_evidence(std::span<const EvidenceChunk> chunks, const Hash256& root,
                            std::uint64_t total_bytes) {
  const std::uint64_t count =
      total_bytes / kEvidenceChunkBytes + (total_bytes % kEvidenceChunkBytes != 0 ? 1 : 0);
  if (chunks.size() != count) {
    return fail(Errc::bad_data, "evidence: found " + std::to_string(chunks.size()) +
                                    " chunks, expected " + std::to_string(count));
  }
  if (count == 0 && root != merkle_root({})) {
    return fail(Errc::bad_data, "evidence: the root is not that of no bytes");
  }
  Bytes snippet(total_bytes);  // No more than the chunks hold: their number is right.
  std::vector<bool> is_here(chunks.size());
  for (const EvidenceChunk& chunk : chunks) {
    if (chunk.index >= count) return fail(chunk_error(chunk.index, "beyond the snippet's end"));
    if (is_here[chunk.index]) return fail(chunk_error(chunk.index, "came twice"));
    is_here[chunk.index] = true;
    const std::uint64_t at = std::uint64_t{chunk.index} * kEvidenceChunkBytes;
    const std::uint64_t size = std::min<std::uint64_t>(kEvidenceChunkBytes, total_bytes - at);
    if (chunk.bytes.size() != size) {
      return fail(chunk_error(chunk.index, "holds " + std::to_string(chunk.bytes.size()) +
                                               " bytes, expected " + std::to_string(size)));
    }
    if (!merkle_verify(merkle_leaf(chunk.bytes), chunk.index, count, chunk.path, root)) {
      return fail(chunk_error(chunk.index, "does not hash to the signed root"));
    }
    std::copy(chunk.bytes.begin(), chunk.bytes.end(),
              snippet.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return snippet;
}

}  // namespace earshot
