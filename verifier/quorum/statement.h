// What a member states about an epoch: a checkpoint of its log with one more line, so that whoever
// states two things about one epoch has signed the proof of it.
//
//     <origin>
//     <size>
//     <root>
//     earshot/v1/closing <network> <epoch> <quorum id, hex> <SHA-256 of the content, hex>
//
//     — <origin> <signature>
//     — <another member> <signature>      I heard this in time, and hold the content
#pragma once
#include <set>

#include "verifier/log/checkpoint.h"
#include "verifier/quorum/quorum.h"

namespace earshot::verifier {

struct Statement {
  Checkpoint checkpoint;  // Without the statement's line.
  Phase phase = Phase::commitment;
  NetworkId network = 0;
  std::uint64_t epoch = 0;
  Hash256 quorum{};
  Hash256 content{};
  bool operator==(const Statement&) const = default;
};

std::string to_text(const Statement& statement);
// Of a note's text. Errc::bad_data says what is wrong.
Result<Statement> parse_statement(std::string_view text);
Note sign_statement(const Statement& statement, const NoteSigner& origin);

struct OpenedStatement {
  Statement statement;
  std::size_t origin = 0;         // Index of the member whose it is.
  std::set<std::size_t> signers;  // Members with a good signature; the origin is among them.
};
// Errc::bad_data or Errc::bad_signature for a note of another network or quorum, of no member, or
// not signed by its origin. Signatures of others that fail do not count and are no error.
Result<OpenedStatement> open_statement(const Note& note, const Quorum& quorum);

}  // namespace earshot::verifier
