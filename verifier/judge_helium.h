// Judging the messages of an epoch by Helium's rules (policy rule_set = helium): which of this
// network's facts stand for which of Helium's. docs/POLICY-helium-iot.md has the table.
#pragma once
#include "verifier/judge_messages.h"

namespace earshot::verifier {

// Goes on where rule 1 (form) ended: `judged` holds its rulings. Brings `judged.times` up to date.
void judge_by_helium(const EpochRecord& record, const rewards::Policy& policy,
                     JudgedMessages& judged);

}  // namespace earshot::verifier
