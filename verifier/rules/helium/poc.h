// A whole proof of coverage under Helium's rules: a beacon and its witnesses, in order of time.
#pragma once
#include <span>

#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

struct PocRuling {
  Ruling beacon;
  std::vector<Ruling> witnesses;  // As given.
};

// Brings `book` up to date. A refused beacon takes its witnesses with it: they get its reason and
// the finding `refused_beacon`.
PocRuling judge_poc(const Beacon& beacon, std::span<const Witness> witnesses, const Rules& rules,
                    Book& book);

// Of valid reports, the first `most` by (received, key) are paid; the others are refused as
// `not_selected`. `rulings` belong to `witnesses`.
void select_witnesses(std::span<const Witness> witnesses, std::uint32_t most,
                      std::vector<Ruling>& rulings);

}  // namespace earshot::verifier::helium
