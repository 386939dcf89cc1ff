#include "verifier/quorum/statement.h"

#include <charconv>
#include <sstream>

namespace earshot::verifier {
namespace {

constexpr std::string_view kPrefix = "earshot/v1/";

std::string line_of(const Statement& statement) {
  return std::string(kPrefix) + std::string(phase_name(statement.phase)) + " " +
         std::to_string(statement.network) + " " + std::to_string(statement.epoch) + " " +
         to_hex(statement.quorum) + " " + to_hex(statement.content);
}

Result<Statement> parse_line(const std::string& line) {
  const auto wrong = [&] {
    return fail(Errc::bad_data, "statement: line 4: expected " + std::string(kPrefix) +
                                    "PHASE NETWORK EPOCH QUORUM CONTENT");
  };
  if (!line.starts_with(kPrefix)) return wrong();
  std::istringstream words(line.substr(kPrefix.size()));
  std::string phase, network, epoch, quorum, content;
  words >> phase >> network >> epoch >> quorum >> content;
  Statement statement;
  const std::optional<Phase> known = parse_phase(phase);
  const auto number = [](const std::string& text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
  };
  const Result<Hash256> quorum_hash = array_from_hex<32>(quorum);
  const Result<Hash256> content_hash = array_from_hex<32>(content);
  if (!known || !number(network, statement.network) || !number(epoch, statement.epoch) ||
      !quorum_hash || !content_hash) {
    return wrong();
  }
  statement.phase = *known;
  statement.quorum = *quorum_hash;
  statement.content = *content_hash;
  if (line_of(statement) != line) return wrong();
  return statement;
}

}  // namespace

std::string to_text(const Statement& statement) {
  Checkpoint checkpoint = statement.checkpoint;
  checkpoint.extensions = {line_of(statement)};
  return to_text(checkpoint);
}

Result<Statement> parse_statement(std::string_view text) {
  Result<Checkpoint> checkpoint = parse_checkpoint(text);
  if (!checkpoint) return fail(checkpoint.error());
  if (checkpoint->extensions.size() != 1) {
    return fail(Errc::bad_data, "statement: expected one line after the root, found " +
                                    std::to_string(checkpoint->extensions.size()));
  }
  Result<Statement> statement = parse_line(checkpoint->extensions.front());
  if (!statement) return statement;
  checkpoint->extensions.clear();
  statement->checkpoint = std::move(*checkpoint);
  return statement;
}

Note sign_statement(const Statement& statement, const NoteSigner& origin) {
  const std::string text = to_text(statement);
  return {text, {sign_note(origin, text)}};
}

Result<OpenedStatement> open_statement(const Note& note, const Quorum& quorum) {
  Result<Statement> statement = parse_statement(note.text);
  if (!statement) return fail(statement.error());
  if (statement->network != quorum.network || statement->quorum != quorum_id(quorum)) {
    return fail(Errc::bad_data, "statement: of another network or quorum than ours");
  }
  const std::optional<std::size_t> origin = quorum.find_log(statement->checkpoint.origin);
  if (!origin) {
    return fail(Errc::bad_data,
                "statement: " + statement->checkpoint.origin + " is no verifier of this network");
  }
  if (const Result<NoteEvidence> own = verify_note(note, quorum.members[*origin].log); !own) {
    return fail(own.error());
  }
  OpenedStatement opened{std::move(*statement), *origin, {*origin}};
  for (std::size_t i = 0; i < quorum.size(); ++i) {
    if (verify_note(note, quorum.members[i].log)) opened.signers.insert(i);
  }
  return opened;
}

}  // namespace earshot::verifier
