// links: verifier
// Signed notes, checkpoints, proofs, tile paths, bundles and witness requests: what is read is
// written back as it was.
#include <cstdlib>

#include "verifier/log/checkpoint.h"
#include "verifier/log/log_proof.h"
#include "verifier/log/tile.h"
#include "verifier/log/witness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  using namespace earshot::verifier;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto same = [&text](const std::string& written) {
    if (written != text) std::abort();
  };
  if (const Result<Note> note = parse_note(text)) same(to_string(*note));
  if (const Result<Checkpoint> checkpoint = parse_checkpoint(text)) same(to_text(*checkpoint));
  if (const Result<LogProof> proof = parse_log_proof(text)) same(to_string(*proof));
  if (const auto path = parse_tile_path(text)) same(to_string(*path));
  if (const Result<NoteKey> key = parse_note_key(text)) {
    // The key's id may be in capitals, as others read it too.
    const Result<NoteKey> again = parse_note_key(key->to_string());
    if (!again || *again != *key) std::abort();
  }
  if (const Result<AddCheckpoint> request = parse_add_checkpoint(text)) same(to_string(*request));
  if (const auto entries = parse_bundle({data, size})) {
    const Bytes written = bundle_entries(*entries);
    same({reinterpret_cast<const char*>(written.data()), written.size()});
  }
  return 0;
}
