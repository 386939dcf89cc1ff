// earshot channel: the devices' side of payment channels, a payer's and a hotspot's. What asks
// verifiers is in channel_verifiers.cpp.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/chain_commands.h"
#include "cli/channel_files.h"
#include "cli/channel_terms.h"
#include "cli/commands.h"
#include "core/files.h"
#include "rewards/chain/remote_signer.h"
#include "rewards/channels/opening.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::AccountKey;
using rewards::chain::ContractDomain;
using rewards::chain::RemoteSigner;
using rewards::channels::Anchor;
using rewards::channels::ChannelEnd;
using rewards::channels::HashChain;
using rewards::channels::Ledger;
using rewards::channels::SignedAnchor;
using rewards::channels::Voucher;

struct OpenOptions {
  DomainOptions domain;
  std::string key;
  std::string signer;  // URL of a program that holds the key, instead of `key`.
  std::string from;    // Whose key, there.
  std::string hotspot;
  std::uint64_t epoch = 0;
  std::uint64_t price = 0;
  std::uint32_t units = 0;
  std::string purse;
  std::string out;
};

struct PayOptions {
  std::string purse;
  std::uint32_t units = 1;
};

struct TakeOptions {
  DomainOptions domain;
  std::string anchor;
  std::string end;
  std::string voucher;
  std::vector<std::string> signers;
  std::size_t needed = 0;  // 0: all but one of more than one signer.
};

// Who pays, by a key here or in another program.
struct Payer {
  EvmAddress address{};
  std::optional<AccountKey> key;
  std::optional<RemoteSigner> signer;

  Result<EvmSignature> sign(const ContractDomain& domain, const Anchor& anchor) {
    if (signer) return signer->sign(domain, anchor);
    return sign_digest(*key, rewards::chain::anchor_digest(domain, anchor));
  }
};

Result<Payer> payer_of(const OpenOptions& options) {
  if (options.signer.empty() == options.key.empty() ||
      options.signer.empty() != options.from.empty()) {
    return fail(Errc::usage, "who pays: either --key, or --signer and --from");
  }
  if (!options.key.empty()) {
    const Result<AccountKey> key = rewards::chain::read_account_key(options.key);
    if (!key) return fail(key.error());
    return Payer{key->address, *key, std::nullopt};
  }
  const Result<EvmAddress> account = parse_address_option("--from", options.from);
  if (!account) return fail(account.error());
  const auto endpoint = rewards::chain::parse_endpoint(options.signer);
  if (!endpoint) return fail(Errc::usage, "--signer: " + endpoint.error().detail);
  return Payer{*account, std::nullopt, RemoteSigner(rewards::chain::JsonRpc(*endpoint), *account)};
}

Result<void> run_open(const OpenOptions& options, const Context& context) {
  const Result<ContractDomain> domain = domain_of(options.domain);
  if (!domain) return fail(domain.error());
  Result<Payer> payer = payer_of(options);
  if (!payer) return fail(payer.error());
  const Result<PublicKey> hotspot = array_from_hex<32>(options.hotspot);
  if (!hotspot) return fail(Errc::usage, "--hotspot: " + hotspot.error().detail);
  Anchor anchor{payer->address, *hotspot, options.epoch, options.price, options.units, {}};
  if (Result<void> allowed = check_anchor(anchor); !allowed) {
    return fail(Errc::usage, allowed.error().detail);
  }
  Purse purse{.secret = random_seed(), .units = options.units};
  anchor.tip = HashChain(purse.secret, purse.units).tip();
  purse.channel = rewards::chain::anchor_digest(*domain, anchor);
  const Result<EvmSignature> signature = payer->sign(*domain, anchor);
  if (!signature) return fail(signature.error());
  const SignedAnchor opening{.anchor = anchor, .payer_signature = *signature, .reservations = {}};
  // The purse first: an anchor without it could never be paid in.
  if (Result<void> kept = create_purse(options.purse, purse); !kept) return kept;
  if (Result<void> written = write_bytes(options.out, encode(opening)); !written) return written;
  ordered_json out = {{"channel", to_hex(purse.channel)}};
  out.update(describe(anchor));
  print(out, context);
  return {};
}

Result<void> run_pay(const PayOptions& options, const Context& context) {
  Result<Purse> purse = read_purse(options.purse);
  if (!purse) return fail(purse.error());
  if (options.units > purse->units - purse->paid) {
    return fail(Errc::check_failed, options.purse + " has " +
                                        std::to_string(purse->units - purse->paid) +
                                        " units left, asked for " + std::to_string(options.units));
  }
  purse->paid += options.units;
  // On disk before it is given away: a purse that forgot would pay the same unit twice.
  if (Result<void> kept = write_purse(options.purse, *purse); !kept) return kept;
  HashChain words(purse->secret, purse->units);
  const Voucher voucher{rewards::channels::channel_number(purse->channel), purse->paid,
                        words.preimage(purse->paid)};
  print({{"voucher", to_hex(encode(voucher))},
         {"units", purse->paid},
         {"left", purse->units - purse->paid}},
        context);
  return {};
}

// The channel as far as it was paid before: from the end file, or as it was opened.
Result<ChannelEnd> paid_so_far(const TakeOptions& options, const SignedAnchor& opening) {
  std::error_code ignored;
  if (!std::filesystem::exists(options.end, ignored)) {
    return ChannelEnd{opening, 0, opening.anchor.tip};
  }
  Result<ChannelEnd> end = read_end(options.end);
  if (end && end->opening.anchor != opening.anchor) {
    return fail(Errc::usage, options.end + " is of another channel than " + options.anchor);
  }
  return end;
}

Result<void> run_take(const TakeOptions& options, const Context& context) {
  const Result<ContractDomain> domain = domain_of(options.domain);
  if (!domain) return fail(domain.error());
  const Result<std::vector<EvmAddress>> signers = signers_of(options.signers);
  if (!signers) return fail(signers.error());
  const Result<SignedAnchor> opening = read_anchor(options.anchor);
  if (!opening) return fail(opening.error());
  const std::size_t all_but_one = std::max<std::size_t>(signers->size(), 2) - 1;
  const std::size_t needed = options.needed != 0 ? options.needed : all_but_one;
  if (Result<void> ok = check_opening(*opening, *domain, *signers, needed); !ok) {
    return fail(ok.error().code, options.anchor + ": " + ok.error().detail);
  }
  const Result<Bytes> bytes = from_hex(options.voucher);
  if (!bytes) return fail(Errc::bad_data, "voucher: " + bytes.error().detail);
  const Result<Voucher> voucher = rewards::channels::decode_voucher(*bytes);
  if (!voucher) return fail(voucher.error());
  Result<ChannelEnd> end = paid_so_far(options, *opening);
  if (!end) return fail(end.error());

  const std::uint64_t number =
      rewards::channels::channel_number(rewards::chain::anchor_digest(*domain, opening->anchor));
  const rewards::channels::Receipt receipt =
      Ledger::judge(*voucher, number, {end->units, end->preimage}, opening->anchor.max_units);
  if (receipt != rewards::channels::Receipt::accepted) {
    return fail(Errc::check_failed,
                "the voucher is refused: " + std::string(receipt_name(receipt)));
  }
  const std::uint32_t before = end->units;
  *end = {*opening, voucher->units, voucher->preimage};
  if (Result<void> kept = write_bytes(options.end, encode(*end)); !kept) return kept;
  print({{"accepted", voucher->units - before},
         {"units", voucher->units},
         {"earned", decimal(Uint128{opening->anchor.unit_price} * voucher->units)}},
        context);
  return {};
}

void add_open(CLI::App& group, Context& context) {
  auto options = std::make_shared<OpenOptions>();
  CLI::App* command =
      add_command(group, context, "open", "A payer signs an anchor for one hotspot and epoch",
                  [options, &context] { return run_open(*options, context); });
  add_domain_options(*command, options->domain);
  command->add_option("--key", options->key, "The payer's account, mode 0600")->type_name("FILE");
  command
      ->add_option("--signer", options->signer,
                   "Instead: JSON-RPC of a signer that holds the key (eth_signTypedData_v4)")
      ->type_name("URL");
  command->add_option("--from", options->from, "With --signer: whose key")->type_name("ADDRESS");
  command->add_option("--hotspot", options->hotspot, "Who is paid: the hotspot's key")
      ->type_name("HEX")
      ->required();
  command->add_option("--epoch", options->epoch, "In which the channel pays")->required();
  command->add_option("--unit-price", options->price, "Base units of the token for a unit")
      ->required();
  command->add_option("--units", options->units, "Most units, 1 to 65536")->required();
  command
      ->add_option("--purse", options->purse, "Where the secret is kept that pays; made, mode 0600")
      ->type_name("FILE")
      ->required();
  command->add_option("-o,--out", options->out, "Where the anchor is written")
      ->type_name("FILE")
      ->required();
}

void add_pay(CLI::App& group, Context& context) {
  auto options = std::make_shared<PayOptions>();
  CLI::App* command =
      add_command(group, context, "pay", "The voucher for the next units of traffic",
                  [options, &context] { return run_pay(*options, context); });
  command->add_option("PURSE", options->purse, "What `channel open` made")->required();
  command->add_option("--units", options->units, "How many more")
      ->check(CLI::Range(1U, rewards::channels::kMaxUnits))
      ->capture_default_str();
}

void add_take(CLI::App& group, Context& context) {
  auto options = std::make_shared<TakeOptions>();
  CLI::App* command =
      add_command(group, context, "take", "A hotspot checks anchor and voucher, with no network",
                  [options, &context] { return run_take(*options, context); });
  add_domain_options(*command, options->domain);
  command->add_option("ANCHOR", options->anchor, "The countersigned anchor")->required();
  command->add_option("VOUCHER", options->voucher, "What came with the traffic, hex")->required();
  command->add_option("--end", options->end, "Where the channel's end is kept: what is settled by")
      ->type_name("FILE")
      ->required();
  command->add_option("--signer", options->signers, "Address of a verifier; give each")
      ->type_name("ADDRESS")
      ->required();
  command->add_option("--threshold", options->needed,
                      "Reservations a channel needs (default: all but one)");
}

}  // namespace

void add_channel_commands(CLI::App& root, Context& context) {
  CLI::App* group =
      add_group(root, "channel", "Paying a hotspot for traffic, unit by unit, without a chain");
  add_open(*group, context);
  add_channel_reserve(*group, context);
  add_pay(*group, context);
  add_take(*group, context);
  add_channel_send(*group, context);
}

}  // namespace earshot::cli
