// earshot log: a verifier's intake log, checked and proven.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "core/files.h"
#include "radio/iq/recording.h"
#include "verifier/log/log_client.h"

namespace earshot::cli {
namespace {

using verifier::Checkpoint;
using verifier::LogCopy;
using verifier::LogEntry;
using verifier::LogProof;
using verifier::NoteKey;

struct LogOptions {
  std::string log;
  std::string key;
  std::string since;
  std::string save;
  std::string proof;
  std::string id;
  std::string output;
  std::optional<std::uint64_t> index;
};

const char* kind_name(verifier::LogKind kind) {
  switch (kind) {
    case verifier::LogKind::header:
      return "header";
    case verifier::LogKind::message:
      return "message";
    case verifier::LogKind::equivocation:
      return "equivocation";
    case verifier::LogKind::evidence:
      return "evidence";
    case verifier::LogKind::evidence_mismatch:
      return "evidence_mismatch";
  }
  return "";
}

Result<void> write_text(const std::string& path, const std::string& text) {
  return radio::write_file_whole(path, as_bytes(text));
}

Result<NoteKey> key_of(const LogOptions& options) {
  if (!options.key.empty()) return verifier::parse_note_key(options.key);
  if (options.log.empty())
    return fail(Errc::usage, "--key: a proof is checked against a log's key");
  Result<NoteKey> key = verifier::fetch_log_key(options.log);
  if (key) {
    std::fprintf(stderr, "earshot: the log's own word for its key: %s (--key pins it)\n",
                 key->to_string().c_str());
  }
  return key;
}

nlohmann::ordered_json to_json(const Checkpoint& checkpoint) {
  return {{"origin", checkpoint.origin},
          {"size", checkpoint.head.size},
          {"root", to_hex(checkpoint.head.root)}};
}

void print_entry(std::uint64_t index, const LogEntry& entry, const Context& context) {
  const std::int64_t seconds = entry.time / kNanosPerSecond;
  const std::string time = to_iso8601({seconds, entry.time % kNanosPerSecond * 1000}, 3);
  if (context.machine_output()) {
    const nlohmann::ordered_json out = {{"index", index},
                                        {"kind", kind_name(entry.kind)},
                                        {"time_utc", time},
                                        {"id", to_hex(entry.id)}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("entry %llu: %s %s, received %s\n", static_cast<unsigned long long>(index),
                kind_name(entry.kind), to_hex(entry.id).c_str(), time.c_str());
  }
}

Result<void> verify_proof(const LogOptions& options, const Context& context) {
  const Result<NoteKey> key = key_of(options);
  if (!key) return fail(key.error());
  const Result<std::string> text = read_file(options.proof);
  if (!text) return fail(text.error());
  const Result<LogProof> proof = verifier::parse_log_proof(*text);
  if (!proof) return fail(proof.error().code, options.proof + ": " + proof.error().detail);
  const Result<Bytes> bytes = verifier::check_proof(*proof, *key);
  if (!bytes) return fail(bytes.error());
  const Result<LogEntry> entry = verifier::decode_log_entry(*bytes);
  if (!entry) return fail(entry.error());
  print_entry(proof->index, *entry, context);
  return {};
}

Result<void> verify(const LogOptions& options, const Context& context) {
  if (!options.proof.empty()) return verify_proof(options, context);
  if (options.log.empty()) return fail(Errc::usage, "--log: a log (or --proof) is needed");
  const Result<NoteKey> key = key_of(options);
  if (!key) return fail(key.error());
  const Result<LogCopy> copy = verifier::fetch_log(options.log, *key);
  if (!copy) return fail(copy.error());
  if (!options.since.empty()) {
    const Result<std::string> text = read_file(options.since);
    if (!text) return fail(text.error());
    const Result<verifier::Note> note = verifier::parse_note(*text);
    if (!note) return fail(note.error().code, options.since + ": " + note.error().detail);
    const Result<Checkpoint> older = verifier::open_checkpoint(*note, *key);
    if (!older) return fail(older.error().code, options.since + ": " + older.error().detail);
    if (Result<void> extends = verifier::check_extends(*copy, *older); !extends) return extends;
  }
  if (!options.save.empty()) {
    if (Result<void> saved = write_text(options.save, to_string(copy->note)); !saved) return saved;
  }
  if (context.machine_output()) {
    std::printf("%s\n", to_json(copy->checkpoint).dump().c_str());
  } else {
    std::printf("%s: %llu entries, all under the root that was signed, %s\n",
                copy->checkpoint.origin.c_str(),
                static_cast<unsigned long long>(copy->checkpoint.head.size),
                to_hex(copy->checkpoint.head.root).c_str());
  }
  return {};
}

Result<std::uint64_t> index_of(const LogOptions& options, const LogCopy& copy) {
  if (options.index) return *options.index;
  const Result<Hash256> id = array_from_hex<32>(options.id);
  if (!id) return fail(Errc::usage, "ID: " + id.error().detail);
  for (std::uint64_t i = 0; i < copy.entries.size(); ++i) {
    const Result<LogEntry> entry = verifier::decode_log_entry(copy.entries[i]);
    if (entry && entry->id == *id) return i;
  }
  return fail(Errc::check_failed, "the log has no entry of " + to_hex(*id));
}

Result<void> prove(const LogOptions& options, const Context& context) {
  if (options.id.empty() != options.index.has_value()) {
    return fail(Errc::usage, "either an ID or --index says which entry");
  }
  const Result<NoteKey> key = key_of(options);
  if (!key) return fail(key.error());
  const Result<LogCopy> copy = verifier::fetch_log(options.log, *key);
  if (!copy) return fail(copy.error());
  const Result<std::uint64_t> index = index_of(options, *copy);
  if (!index) return fail(index.error());
  const Result<LogProof> proof = verifier::prove_entry(*copy, *index);
  if (!proof) return fail(proof.error());
  if (Result<void> written = write_text(options.output, to_string(*proof)); !written) {
    return written;
  }
  const Result<LogEntry> entry = verifier::decode_log_entry(*proof->extra);
  if (!entry) return fail(entry.error());
  print_entry(*index, *entry, context);
  return {};
}

}  // namespace

void add_log_commands(CLI::App& root, Context& context) {
  CLI::App* group = add_group(root, "log", "A verifier's intake log: what arrived, when");
  auto options = std::make_shared<LogOptions>();
  CLI::App* verified =
      add_command(*group, context, "verify", "Read a whole log and check it, or check a proof",
                  [options, &context] { return verify(*options, context); });
  verified->add_option("--log", options->log, "A verifier's URL, or a directory of its files")
      ->type_name("URL|DIR");
  verified->add_option("--key", options->key, "The log's key: NAME+ID+BASE64")->type_name("KEY");
  verified->add_option("--since", options->since, "An older checkpoint that the log must extend")
      ->type_name("FILE");
  verified->add_option("--save", options->save, "Where to keep the checkpoint that was checked")
      ->type_name("FILE");
  verified->add_option("--proof", options->proof, "Check this proof instead, offline; needs --key")
      ->type_name("FILE");
  CLI::App* proven =
      add_command(*group, context, "prove", "Prove that a header or message is in the log",
                  [options, &context] { return prove(*options, context); });
  proven->add_option("ID", options->id, "Id of a header, message or evidence");
  proven->add_option("--index", options->index, "Or the entry's number")->type_name("N");
  proven->add_option("--log", options->log, "A verifier's URL, or a directory of its files")
      ->type_name("URL|DIR")
      ->required();
  proven->add_option("--key", options->key, "The log's key: NAME+ID+BASE64")->type_name("KEY");
  proven->add_option("-o,--output", options->output, "The proof (C2SP tlog-proof)")
      ->type_name("FILE")
      ->required();
}

}  // namespace earshot::cli
