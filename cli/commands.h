// The groups of commands: each lives in its own files and registers itself with one function.
#pragma once
#include "cli/context.h"

namespace earshot::cli {

void add_iq_commands(CLI::App& root, Context& context);       // earshot iq info|decode|...
void add_sim_commands(CLI::App& root, Context& context);      // earshot sim run|list
void add_epoch_commands(CLI::App& root, Context& context);    // earshot epoch show|explain
void add_audit_command(CLI::App& root, Context& context);     // earshot audit
void add_rewards_commands(CLI::App& root, Context& context);  // earshot rewards tree
void add_chain_commands(CLI::App& root, Context& context);  // earshot chain deploy|submit|claim|...
void add_key_commands(CLI::App& root, Context& context);    // earshot key new|show

}  // namespace earshot::cli
