// The `earshot` tool: everything a person types. One line per group of commands.
#include "cli/application.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace earshot::cli;
  Application application;
  add_iq_commands(application.root(), application.context());
  add_sim_commands(application.root(), application.context());
  add_key_commands(application.root(), application.context());
  add_rewards_commands(application.root(), application.context());
  add_chain_commands(application.root(), application.context());
  add_channel_commands(application.root(), application.context());
  add_epoch_commands(application.root(), application.context());
  add_log_commands(application.root(), application.context());
  add_audit_command(application.root(), application.context());
  return application.run(argc, argv);
}
