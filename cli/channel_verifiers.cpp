// earshot channel reserve, send: what a payer and a hotspot want of several verifiers, some of
// which may be down or lie.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "cli/chain_commands.h"
#include "cli/channel_files.h"
#include "cli/channel_terms.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::channels::Anchor;
using rewards::channels::ChannelEnd;
using rewards::channels::SignedAnchor;

// How many verifiers did what was asked, and what the others said.
class Answers {
 public:
  explicit Answers(std::size_t needed) : needed_(needed) {}

  void add(const Error& error) {
    if (error.code == Errc::check_failed) worst_ = Errc::check_failed;
    problems_ += (problems_.empty() ? "" : "; ") + error.detail;
  }
  // `what`: in the past tense. Problems that do not matter are told on standard error.
  Result<void> judge(std::size_t count, const std::string& what) const {
    if (count < needed_) {
      return fail(worst_, std::to_string(count) + " verifiers " + what + ", expected " +
                              std::to_string(needed_) + ": " + problems_);
    }
    if (!problems_.empty()) std::fprintf(stderr, "earshot: %s\n", problems_.c_str());
    return {};
  }

 private:
  std::size_t needed_;
  Errc worst_ = Errc::unavailable;
  std::string problems_;
};

struct AskOptions {
  std::vector<std::string> verifiers;
  std::size_t needed = 0;  // 0: all.
  std::size_t threshold() const { return needed != 0 ? needed : verifiers.size(); }
};

void add_ask_options(CLI::App& command, AskOptions& options) {
  command.add_option("--verifier", options.verifiers, "A verifier's URL; give each")
      ->type_name("URL")
      ->required();
  command.add_option("--threshold", options.needed, "So many are enough (default: all)");
}

struct ReserveOptions {
  std::string anchor;
  AskOptions ask;
  DomainOptions domain;
  std::vector<std::string> signers;
};

// Whose countersignatures count; without --signer any is taken for its verifier's.
class Signers {
 public:
  static Result<Signers> of(const ReserveOptions& options) {
    Signers made;
    if (options.signers.empty()) return made;
    const Result<rewards::chain::ContractDomain> domain = domain_of(options.domain);
    if (!domain) return fail(domain.error());
    Result<std::vector<EvmAddress>> signers = signers_of(options.signers);
    if (!signers) return fail(signers.error());
    made.domain_ = *domain;
    made.signers_ = std::move(*signers);
    return made;
  }
  // Of different signers.
  std::size_t count(const SignedAnchor& opening) const {
    if (!domain_) {
      return std::set(opening.reservations.begin(), opening.reservations.end()).size();
    }
    std::set<EvmAddress> found;
    for (const EvmSignature& signature : opening.reservations) {
      const std::optional<EvmAddress> signer = signer_of(opening.anchor, signature);
      if (signer) found.insert(*signer);
    }
    return found.size();
  }
  bool takes(const Anchor& anchor, const EvmSignature& signature) const {
    return !domain_ || signer_of(anchor, signature);
  }

 private:
  std::optional<EvmAddress> signer_of(const Anchor& anchor, const EvmSignature& signature) const {
    const Hash256 id = rewards::chain::anchor_digest(*domain_, anchor);
    const std::optional<EvmAddress> signer =
        rewards::chain::recover_signer(rewards::chain::reservation_digest(*domain_, id), signature);
    const bool is_one = signer && std::ranges::binary_search(signers_, *signer);
    return is_one ? signer : std::nullopt;
  }

  std::optional<rewards::chain::ContractDomain> domain_;
  std::vector<EvmAddress> signers_;
};

// A verifier's countersignature.
Result<EvmSignature> ask_reservation(const std::string& url, const SignedAnchor& opening) {
  const Result<std::string> answer = post_to_verifier(url, "/v1/channels", encode(opening));
  if (!answer) return fail(answer.error());
  const nlohmann::json json = nlohmann::json::parse(*answer, nullptr, false);
  const bool is_answer =
      json.is_object() && json.contains("reservation") && json["reservation"].is_string();
  const Result<EvmSignature> signature =
      array_from_hex<65>(is_answer ? json["reservation"].get<std::string>() : std::string());
  if (!signature) return fail(Errc::check_failed, url + " sent no reservation");
  return signature;
}

Result<void> run_reserve(const ReserveOptions& options, const Context& context) {
  const Result<Signers> signers = Signers::of(options);
  if (!signers) return fail(signers.error());
  Result<SignedAnchor> opening = read_anchor(options.anchor);
  if (!opening) return fail(opening.error());
  Answers answers(options.ask.threshold());
  for (const std::string& url : options.ask.verifiers) {
    const Result<EvmSignature> signature = ask_reservation(url, *opening);
    if (!signature && signature.error().code == Errc::usage) return fail(signature.error());
    if (!signature) {
      answers.add(signature.error());
    } else if (!signers->takes(opening->anchor, *signature)) {
      answers.add({Errc::check_failed, url + ": its countersignature is none of the signers'"});
    } else if (std::ranges::find(opening->reservations, *signature) ==
               opening->reservations.end()) {
      opening->reservations.push_back(*signature);
    }
  }
  if (Result<void> ok = answers.judge(signers->count(*opening), "reserved"); !ok) return ok;
  const Result<void> written = write_bytes(options.anchor, encode(*opening));
  if (!written) return written;
  ordered_json out = {{"reservations", opening->reservations.size()}};
  out.update(describe(opening->anchor));
  print(out, context);
  return {};
}

struct SendEndOptions {
  std::string end;
  AskOptions ask;
};

Result<void> run_send(const SendEndOptions& options, const Context& context) {
  const Result<ChannelEnd> end = read_end(options.end);
  if (!end) return fail(end.error());
  Answers answers(options.ask.threshold());
  std::size_t taken = 0;
  for (const std::string& url : options.ask.verifiers) {
    const Result<std::string> answer = post_to_verifier(url, "/v1/channel-ends", encode(*end));
    if (!answer && answer.error().code == Errc::usage) return fail(answer.error());
    if (!answer) answers.add(answer.error());
    if (answer) ++taken;
  }
  if (Result<void> ok = answers.judge(taken, "took the end"); !ok) return ok;
  const Anchor& anchor = end->opening.anchor;
  print({{"units", end->units},
         {"earned", decimal(Uint128{anchor.unit_price} * end->units)},
         {"epoch", anchor.epoch},
         {"verifiers", taken}},
        context);
  return {};
}

}  // namespace

void add_channel_reserve(CLI::App& group, Context& context) {
  auto options = std::make_shared<ReserveOptions>();
  CLI::App* command = add_command(group, context, "reserve",
                                  "Have verifiers reserve an anchor's maximum and countersign it",
                                  [options, &context] { return run_reserve(*options, context); });
  command->add_option("ANCHOR", options->anchor, "The anchor; signatures are added to it")
      ->required();
  add_ask_options(*command, options->ask);
  CLI::Option* contract = command
                              ->add_option("--contract", options->domain.contract,
                                           "With --signer: address of the rewards contract")
                              ->type_name("ADDRESS");
  CLI::Option* chain =
      command->add_option("--chain-id", options->domain.chain_id, "With --signer: of its chain");
  command
      ->add_option("--signer", options->signers,
                   "Address of a verifier; give each, and no other signature is taken")
      ->type_name("ADDRESS")
      ->needs(contract)
      ->needs(chain);
}

void add_channel_send(CLI::App& group, Context& context) {
  auto options = std::make_shared<SendEndOptions>();
  CLI::App* command =
      add_command(group, context, "send", "Hand a channel's end to verifiers, to be settled",
                  [options, &context] { return run_send(*options, context); });
  command->add_option("END", options->end, "What `channel take` keeps")->required();
  add_ask_options(*command, options->ask);
}

}  // namespace earshot::cli
