// earshot key: key files, of hotspots and of accounts on the chain.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "hotspot/key_facts.h"
#include "rewards/chain/account.h"

namespace earshot::cli {
namespace {

// The same 32 bytes are a key of either kind, for whoever uses the file: a hotspot, or an account
// that signs epochs and pays fees.
Result<void> print(const hotspot::KeyFacts& facts, const Context& context) {
  const Result<rewards::chain::AccountKey> account = rewards::chain::read_account_key(facts.file);
  if (!account) return fail(account.error());
  const std::string address = rewards::chain::to_display(account->address);
  if (context.machine_output()) {
    auto out = nlohmann::ordered_json::parse(hotspot::to_json(facts));
    out["account"] = address;
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("%saccount  %s\n", hotspot::to_text(facts).c_str(), address.c_str());
  }
  return {};
}

using FactsOf = Result<hotspot::KeyFacts> (*)(const std::string& path);

void add_key_command(CLI::App& key, Context& context, const std::string& name,
                     const std::string& description, FactsOf facts_of) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command =
      add_command(key, context, name, description, [path, facts_of, &context]() -> Result<void> {
        const Result<hotspot::KeyFacts> facts = facts_of(*path);
        if (!facts) return fail(facts.error());
        return print(*facts, context);
      });
  command->add_option("FILE", *path, "Key file, mode 0600")->required();
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
