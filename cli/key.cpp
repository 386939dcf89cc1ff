// earshot key: a hotspot's key file.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "hotspot/key_facts.h"

namespace earshot::cli {
namespace {

void print(const hotspot::KeyFacts& facts, const Context& context) {
  std::fputs(context.machine_output() ? (hotspot::to_json(facts) + "\n").c_str()
                                      : hotspot::to_text(facts).c_str(),
             stdout);
}

using FactsOf = Result<hotspot::KeyFacts> (*)(const std::string& path);

void add_key_command(CLI::App& key, Context& context, const std::string& name,
                     const std::string& description, FactsOf facts_of) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command =
      add_command(key, context, name, description, [path, facts_of, &context]() -> Result<void> {
        const Result<hotspot::KeyFacts> facts = facts_of(*path);
        if (!facts) return fail(facts.error());
        print(*facts, context);
        return {};
      });
  command->add_option("FILE", *path, "Key file, mode 0600")->required();
}

}  // namespace

void add_key_commands(CLI::App& root, Context& context) {
  CLI::App* key = add_group(root, "key", "A hotspot's key file");
  add_key_command(*key, context, "new", "Make one from the system's randomness; never overwrites",
                  hotspot::make_key);
  add_key_command(*key, context, "show", "Its public keys", hotspot::read_key);
}

}  // namespace earshot::cli
