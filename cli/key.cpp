// earshot key: key files, of hotspots and of accounts on the chain.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "hotspot/key_facts.h"
#include "rewards/chain/account.h"
#include "verifier/log/note.h"

namespace earshot::cli {
namespace {

struct KeyOptions {
  std::string path;
  std::string log;  // Empty: no verifier's.
};

// The same 32 bytes are a key of any kind, for whoever uses the file: a hotspot, an account that
// signs epochs and pays fees, or a verifier's log.
Result<void> print(const hotspot::KeyFacts& facts, const std::string& log_key,
                   const Context& context) {
  const Result<rewards::chain::AccountKey> account = rewards::chain::read_account_key(facts.file);
  if (!account) return fail(account.error());
  const std::string address = rewards::chain::to_display(account->address);
  if (context.machine_output()) {
    auto out = nlohmann::ordered_json::parse(hotspot::to_json(facts));
    out["account"] = address;
    if (!log_key.empty()) out["log_key"] = log_key;
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("%saccount  %s\n", hotspot::to_text(facts).c_str(), address.c_str());
    if (!log_key.empty()) std::printf("log key  %s\n", log_key.c_str());
  }
  return {};
}

// What a verifier of that name signs its log with.
Result<std::string> log_key_of(const KeyOptions& options) {
  if (options.log.empty()) return std::string();
  const Result<SigningKey> key = read_key_file(options.path);
  if (!key) return fail(key.error());
  const Result<verifier::NoteSigner> signer = verifier::make_note_signer(options.log, key->seed);
  if (!signer) return fail(Errc::usage, "--log: " + signer.error().detail);
  return signer->key.to_string();
}

using FactsOf = Result<hotspot::KeyFacts> (*)(const std::string& path);

void add_key_command(CLI::App& key, Context& context, const std::string& name,
                     const std::string& description, FactsOf facts_of) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* command =
      add_command(key, context, name, description, [options, facts_of, &context]() -> Result<void> {
        const Result<hotspot::KeyFacts> facts = facts_of(options->path);
        if (!facts) return fail(facts.error());
        const Result<std::string> log_key = log_key_of(*options);
        if (!log_key) return fail(log_key.error());
        return print(*facts, *log_key, context);
      });
  command->add_option("FILE", options->path, "Key file, mode 0600")->required();
  command
      ->add_option("--log", options->log,
                   "A verifier's identity.name: shows the log key that its peers are told")
      ->type_name("NAME");
}

}  // namespace

void add_key_commands(CLI::App& root, Context& context) {
  CLI::App* key = add_group(root, "key", "Key files, of a hotspot or of an account on the chain");
  add_key_command(*key, context, "new", "Make one from the system's randomness; never overwrites",
                  hotspot::make_key);
  add_key_command(*key, context, "show", "Its public keys, and the address of its account",
                  hotspot::read_key);
}

}  // namespace earshot::cli
