#include "verifier/rules/helium/poc.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace earshot::verifier::helium {
namespace {

Ruling of_refused_beacon(const Ruling& beacon) {
  Ruling ruling = beacon;
  ruling.findings.insert(ruling.findings.begin(), {"refused_beacon", 1});
  return ruling;
}

// In order of arrival; a gateway's first report counts, whatever becomes of it.
std::vector<Ruling> judge_witnesses(const Beacon& beacon, std::span<const Witness> witnesses,
                                    const Rules& rules, Book& book) {
  std::vector<std::size_t> order(witnesses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, {}, [&](std::size_t i) { return std::pair{witnesses[i].received, witnesses[i].key}; });
  std::vector<Ruling> rulings(witnesses.size());
  std::set<PublicKey> seen;
  for (const std::size_t i : order) {
    const Witness& witness = witnesses[i];
    const WitnessCase c{beacon, witness, witnesses[order.front()].received, book, rules};
    Objection objection;
    if (!seen.insert(witness.key).second) objection = object("duplicate", Reason::duplicate);
    if (!objection) objection = check_witness(c);
    if (!objection) {
      objection = witness_reciprocity(c);
      book[witness.key].witnessed = witness.received;
    }
    rulings[i] = objection ? std::move(*objection) : accept("helium/reciprocity");
  }
  return rulings;
}

}  // namespace

PocRuling judge_poc(const Beacon& beacon, std::span<const Witness> witnesses, const Rules& rules,
                    Book& book) {
  PocRuling out;
  Objection objection = check_beacon({beacon, book, rules});
  if (!objection) {
    out.witnesses = judge_witnesses(beacon, witnesses, rules, book);
    objection = beaconer_reciprocity({beacon, book, rules});
    if (!witnesses.empty()) book[beacon.key].reciprocal_beacon = beacon.received;
  }
  if (beacon.gateway != nullptr) book[beacon.key].beacon = beacon.received;
  if (objection) {
    out.beacon = std::move(*objection);
    out.witnesses.assign(witnesses.size(), of_refused_beacon(out.beacon));
    return out;
  }
  out.beacon = accept("helium/reciprocity");
  select_witnesses(witnesses, rules.numbers.max_witnesses, out.witnesses);
  return out;
}

}  // namespace earshot::verifier::helium
