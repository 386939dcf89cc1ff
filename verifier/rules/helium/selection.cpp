// Of valid reports only the first few are paid (HIP-83).
#include <algorithm>

#include "verifier/rules/helium/poc.h"

namespace earshot::verifier::helium {

void select_witnesses(std::span<const Witness> witnesses, std::uint32_t most,
                      std::vector<Ruling>& rulings) {
  std::vector<std::size_t> valid;
  for (std::size_t i = 0; i < rulings.size(); ++i) {
    if (rulings[i].accepted()) valid.push_back(i);
  }
  std::ranges::sort(
      valid, {}, [&](std::size_t i) { return std::pair{witnesses[i].received, witnesses[i].key}; });
  for (std::size_t rank = most; rank < valid.size(); ++rank) {
    rulings[valid[rank]] =
        refuse("helium/selection", "not_selected",
               {{"rank", static_cast<std::int64_t>(rank + 1)}, {"max_witnesses", most}});
  }
}

}  // namespace earshot::verifier::helium
