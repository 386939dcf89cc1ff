#include "cli/sim_report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/table.h"
#include "verifier/explain.h"

namespace earshot::cli {
namespace {

using simulator::EpochReport;
using simulator::Heard;
using simulator::Rejections;
using simulator::ReportedBeacon;
using simulator::ReportedHotspot;
using simulator::show_tokens;

enum class Ink { plain, bold, faint, good, bad, accent };

// Colours, or nothing.
class Pen {
 public:
  explicit Pen(bool styled) : styled_(styled) {}
  bool is_styled() const { return styled_; }
  std::string operator()(Ink ink, const std::string& text) const {
    if (!styled_ || ink == Ink::plain) return text;
    constexpr std::array<const char*, 6> codes = {"0", "1", "2", "32", "31", "36"};
    return std::string("\x1b[") + codes[static_cast<std::size_t>(ink)] + "m" + text + "\x1b[0m";
  }
  std::string mark(bool good) const {
    if (styled_) return good ? (*this)(Ink::good, "✓") : (*this)(Ink::bad, "✗");
    return good ? "+" : "x";
  }
  std::string dot() const { return styled_ ? " · " : ", "; }

 private:
  bool styled_;
};

std::string left(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}
std::string right(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string signed_db(std::int32_t centi) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%+.1f", centi / 100.0);
  return text.data();
}

std::string heading(const Pen& pen, const std::string& text, const std::string& remark) {
  std::string line = "\n" + pen(Ink::bold, text);
  if (!remark.empty()) line += "  " + pen(Ink::faint, remark);
  return line + "\n";
}

std::string rule(const Pen& pen, std::size_t width) {
  std::string line;
  for (std::size_t i = 0; i < width; ++i) line += pen.is_styled() ? "─" : "-";
  return "  " + pen(Ink::faint, line) + "\n";
}

std::string plural(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string heard_by(const Pen& pen, const EpochReport& report, const ReportedBeacon& beacon) {
  std::string text;
  for (const Heard& heard : beacon.heard) {
    const std::string name = report.hotspots[heard.witness].name + " " + signed_db(heard.snr_cdb);
    text += (text.empty() ? "" : pen.dot());
    text += heard.accepted ? name : pen(Ink::bad, (pen.is_styled() ? "✗" : "!") + name);
  }
  if (beacon.decision != verifier::Decision::accepted) {
    text += std::string(text.empty() ? "" : "  ") + pen(Ink::bad, "rejected: " + beacon.reason);
  }
  return text.empty() ? pen(Ink::faint, "nobody") : text;
}

std::string beacon_table(const Pen& pen, const EpochReport& report) {
  std::string out = heading(pen, "Beacons",
                            std::string("witnesses with their SNR in dB; ") +
                                (pen.is_styled() ? "✗" : "!") + ": the report was rejected");
  out += "  " +
         pen(Ink::faint, left("UTC", 10) + left("hotspot", 10) + right("SF", 2) + right("MHz", 7) +
                             right("dBm", 7) + "   heard by") +
         "\n";
  out += rule(pen, 100);
  for (const ReportedBeacon& beacon : report.beacons) {
    const ReportedHotspot& sender = report.hotspots[beacon.hotspot];
    std::array<char, 16> mhz{};
    std::snprintf(mhz.data(), mhz.size(), "%.1f", static_cast<double>(beacon.frequency_hz) / 1e6);
    const std::string name = left(sender.name, 10);
    out += "  " + left(to_iso8601(beacon.start, 0).substr(11, 8), 10) +
           (sender.is_cheat() ? pen(Ink::bad, name) : name) +
           right(std::to_string(beacon.spreading_factor), 2) + right(mhz.data(), 7) +
           right(signed_db(beacon.power_cdbm), 7) + "   " + heard_by(pen, report, beacon) + "\n";
  }
  return out;
}

std::string why(const ReportedHotspot& hotspot) {
  std::string text;
  for (const Rejections& one : hotspot.rejections) {
    text += (text.empty() ? "" : ", ") + std::to_string(one.count) + " " + one.reason;
  }
  return text;
}

std::string ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-" : std::to_string(part) + "/" + std::to_string(whole);
}

std::string hotspot_table(const Pen& pen, const EpochReport& report) {
  std::string out = heading(pen, "Hotspots", "accepted / sent");
  out += "  " +
         pen(Ink::faint, left("hotspot", 10) + left("owner", 8) + left("tier", 13) +
                             right("beacons", 7) + right("reports", 9) + right("tokens", 11) +
                             "   its own rejections") +
         "\n";
  out += rule(pen, 100);
  for (const ReportedHotspot& hotspot : report.hotspots) {
    const std::string name = left(hotspot.name, 10);
    const std::string tier = left(std::string(rewards::tier_name(hotspot.tier)), 13);
    const bool is_paid = hotspot.tier != rewards::Tier::unproven;
    out += "  " + (hotspot.is_cheat() ? pen(Ink::bad, name) : name) + left(hotspot.owner, 8) +
           pen(is_paid ? Ink::good : Ink::faint, tier) +
           right(ratio(hotspot.beacons_accepted, hotspot.beacons), 7) +
           right(ratio(hotspot.reports_accepted, hotspot.reports), 9) +
           right(show_tokens(hotspot.amount, 1), 11) + "   " + pen(Ink::faint, why(hotspot)) + "\n";
  }
  return out;
}

std::string findings_of(const verifier::Verdict& verdict) {
  std::string text;
  for (const verifier::Finding& finding : verdict.findings) {
    text += (text.empty() ? "" : ", ") + finding.name + " " + verifier::show_finding(finding);
  }
  return text;
}

std::string one_reason(const Pen& pen, const Rejections& one) {
  const verifier::ReasonInfo* info = verifier::find_reason(one.reason);
  const std::string what = one.example.type == MessageType::beacon_report ? "beacon" : "report";
  std::string out = "            " + pen(Ink::accent, one.reason) + ", " + plural(one.count, what) +
                    (info == nullptr ? "" : ": " + std::string(info->meaning)) + "\n";
  out += "            " + pen(Ink::faint, "verifier/rules/" + one.rule + ".cpp");
  if (info != nullptr) out += pen(Ink::faint, ", allowed: " + std::string(info->threshold));
  out += "\n";
  const std::string findings = findings_of(one.example);
  if (!findings.empty()) out += "            " + pen(Ink::faint, "first: " + findings) + "\n";
  return out;
}

std::string cheats(const Pen& pen, const EpochReport& report) {
  std::string out;
  for (const ReportedHotspot& hotspot : report.hotspots) {
    if (!hotspot.is_cheat()) continue;
    const bool is_caught = !hotspot.caught_by.empty();
    out += "  " + pen.mark(is_caught) + " " + pen(Ink::bad, left(hotspot.name, 10)) + hotspot.deed +
           (is_caught ? "" : ": not caught") + "\n";
    constexpr std::size_t shown = 3;  // Chosen: the rest says the same in other words.
    for (std::size_t i = 0; i < std::min(shown, hotspot.caught_by.size()); ++i) {
      out += one_reason(pen, hotspot.caught_by[i]);
    }
  }
  return out.empty() ? out
                     : heading(pen, "Caught", "each by a rule, its inputs and its threshold") + out;
}

std::string fairness(const Pen& pen, const EpochReport& report) {
  Uint128 earned = 0;
  for (const ReportedHotspot& hotspot : report.hotspots) earned += hotspot.amount;
  const double leaked =
      earned == 0 ? 0
                  : 100 * static_cast<double>(report.paid_to_cheats) / static_cast<double>(earned);
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(),
                "\n  Of %zu reports between honest hotspots %zu were rejected as false. %.1f %% of "
                "what hotspots earned went to\n  ones that cheat, for what they did honestly.\n",
                report.honest_pairs, report.honest_pairs_rejected, leaked);
  return pen(Ink::plain, text.data());
}

std::string payout_table(const Pen& pen, const EpochReport& report) {
  std::string out = heading(pen, "Payouts",
                            "one leaf per account; together the epoch's emission of " +
                                show_tokens(report.emitted, 0) + " tokens");
  for (const simulator::Payout& payout : report.payouts) {
    out += "  " + left(payout.owner, 10) + pen(Ink::faint, payout.account) +
           right(show_tokens(payout.amount, 3), 14) + "\n";
  }
  return out;
}

std::string settlement(const Pen& pen, const EpochReport& report) {
  const simulator::Settled& settled = report.settled;
  std::string out = heading(
      pen, "On chain", "a real EVM node, contract " + rewards::chain::to_display(settled.contract));
  out += "  rewards root  " + pen(Ink::accent, "0x" + to_hex(report.root)) + "\n";
  out += "  transaction   " + pen(Ink::accent, "0x" + to_hex(settled.transaction)) + "\n";
  out += "                block " + std::to_string(settled.block) + ", " +
         std::to_string(settled.gas) + " gas, signed by " + std::to_string(settled.signers.size()) +
         " of " + std::to_string(simulator::kVerifiers) +
         " verifiers, each of which judged the published epoch again\n";
  for (const simulator::Claimed& claim : settled.claims) {
    out += "  claim         " + left(claim.owner, 8) + right(show_tokens(claim.amount, 3), 13) +
           "  balance read back " + right(show_tokens(claim.balance, 3), 13) + " " +
           pen.mark(claim.balance == claim.amount) + "\n";
  }
  return out;
}

}  // namespace

std::string show_epoch(const EpochReport& report, bool styled) {
  const Pen pen(styled);
  std::string out =
      "\n" + pen(Ink::bold, report.world + ", epoch " + std::to_string(report.epoch)) + "  " +
      pen(Ink::faint, report.day + ", " + plural(report.beacons.size(), "beacon") + ", " +
                          plural(report.audits, "report") + " audited (policy audits " +
                          show_fixed(report.audit_share_ppm / 1e4, 1) + " % of the beacons)") +
      "\n";
  return out + beacon_table(pen, report) + hotspot_table(pen, report) + cheats(pen, report) +
         fairness(pen, report) + payout_table(pen, report) + settlement(pen, report);
}

}  // namespace earshot::cli
