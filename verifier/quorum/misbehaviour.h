// Proof that a verifier misbehaved, as a file that anybody can check offline. Pure functions, any
// thread.
//
//   equivocation  two checkpoints that its log key signed and that contradict each other: of one
//                 size with two roots, or statements of one phase of one epoch with two contents
//   other_root    its signature, for the chain, of an epoch other than what the published record
//                 of that epoch gives: whoever holds the record can tell
#pragma once
#include <optional>
#include <string>

#include "verifier/log/note.h"
#include "verifier/quorum/epoch_signature.h"

namespace earshot::verifier {

struct Misbehaviour {
  std::string who;          // Log key or address.
  std::string explanation;  // One line.
  // With other_root: what was signed. It is misbehaviour when the published record gives another.
  std::optional<EpochSignature> signature;
};

std::string equivocation_file(const NoteKey& log, const Note& one, const Note& other);
std::string other_root_file(const EpochSignature& signature);

// What contradicts between two notes of `log`; nothing when nothing does or one is not signed.
std::optional<std::string> contradiction_of(const NoteKey& log, const Note& one, const Note& other);

// Errc::bad_data: not such a file; Errc::bad_signature: not signed by whom it accuses;
// Errc::check_failed: what it holds contradicts nothing.
Result<Misbehaviour> check_misbehaviour(std::string_view file);

}  // namespace earshot::verifier
