// The groups of commands: each lives in its own files and registers itself with one function.
#pragma once
#include "cli/context.h"

namespace earshot::cli {

void add_iq_commands(CLI::App& root, Context& context);
void add_sim_commands(CLI::App& root, Context& context);
void add_epoch_commands(CLI::App& root, Context& context);
void add_log_commands(CLI::App& root, Context& context);
void add_audit_command(CLI::App& root, Context& context);
void add_rewards_commands(CLI::App& root, Context& context);
void add_chain_commands(CLI::App& root, Context& context);
void add_channel_commands(CLI::App& root, Context& context);
void add_key_commands(CLI::App& root, Context& context);

}  // namespace earshot::cli
