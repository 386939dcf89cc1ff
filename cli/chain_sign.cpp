// `earshot chain sign` makes one verifier's signature of an epoch.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_proposal.h"
#include "rewards/chain/remote_signer.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::AccountKey;

struct Signed {
  EvmAddress signer{};
  EvmSignature signature{};
};

Result<Signed> sign_remotely(const SubmitOptions& options, const Proposal& proposal) {
  const Result<EvmAddress> account = parse_address_option("--account", options.account);
  if (!account) return fail(account.error());
  const auto endpoint = rewards::chain::parse_endpoint(options.remote);
  if (!endpoint) return fail(Errc::usage, "--remote: " + endpoint.error().detail);
  rewards::chain::RemoteSigner signer(rewards::chain::JsonRpc(*endpoint), *account);
  const Result<EvmSignature> signature = signer.sign(proposal.domain, proposal.epoch);
  if (!signature) return fail(signature.error());
  return Signed{*account, *signature};
}

Result<Signed> sign_here(const SubmitOptions& options, const Proposal& proposal) {
  const Result<AccountKey> key = rewards::chain::read_account_key(options.send.key_path);
  if (!key) return fail(key.error());
  return Signed{key->address, rewards::chain::sign_digest(*key, proposal.digest)};
}

Result<void> run_sign(const SubmitOptions& options, const Context& context) {
  if (options.remote.empty() == options.send.key_path.empty() ||
      options.remote.empty() != options.account.empty()) {
    return fail(Errc::usage, "either --key, or --remote and --account");
  }
  Result<ConnectedContract> contract = connect(options.node);
  if (!contract) return fail(contract.error());
  const Result<Proposal> proposal = propose(*contract, options.log, options.epoch);
  if (!proposal) return fail(proposal.error());
  const Result<Signed> done =
      options.remote.empty() ? sign_here(options, *proposal) : sign_remotely(options, *proposal);
  if (!done) return fail(done.error());
  const std::string signer = rewards::chain::to_display(done->signer);
  if (context.machine_output()) {
    const ordered_json out = {{"epoch", std::to_string(proposal->epoch.epoch)},
                              {"digest", prefixed(proposal->digest)},
                              {"signer", signer},
                              {"signature", prefixed(done->signature)}};
    std::printf("%s\n", out.dump().c_str());
  } else {
    std::printf("signer       %s\nsignature    %s\n", signer.c_str(),
                prefixed(done->signature).c_str());
  }
  return {};
}

}  // namespace

void add_chain_sign(CLI::App& chain, Context& context) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command =
      add_command(chain, context, "sign", "Sign a sealed epoch, for somebody else to submit",
                  [options, &context] { return run_sign(*options, context); });
  add_source_options(*command, *options);
  command->add_option("--epoch", options->epoch, "Number of the sealed epoch")->required();
  command->add_option("--key", options->send.key_path, "The verifier's key")->type_name("FILE");
  command
      ->add_option("--remote", options->remote,
                   "Instead: JSON-RPC of a signer that holds it (eth_signTypedData_v4)")
      ->type_name("URL");
  command->add_option("--account", options->account, "With --remote: whose key")
      ->type_name("ADDRESS");
}

}  // namespace earshot::cli
