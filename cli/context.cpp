#include "cli/context.h"

#include <CLI/CLI.hpp>

namespace earshot::cli {

CLI::App* add_command(CLI::App& parent, Context& context, const std::string& name,
                      const std::string& description, std::function<Result<void>()> run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_flag("--json", context.json,
                    "Machine output (the default when stdout is no terminal)");
  command->footer("");
  command->callback([&context, run = std::move(run)] { context.outcome = run(); });
  return command;
}

CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* group = parent.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer("");
  return group;
}

}  // namespace earshot::cli
