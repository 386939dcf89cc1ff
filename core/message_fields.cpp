#include "core/message_fields.h"

#include <algorithm>

namespace earshot::fields {
namespace {

constexpr Named<RegionId> kRegionNames[] = {{RegionId::eu868, "eu868"},
                                            {RegionId::in865, "in865"},
                                            {RegionId::us915, "us915"},
                                            {RegionId::as923, "as923"},
                                            {RegionId::au915, "au915"}};
constexpr Named<ClockClass> kClockNames[] = {
    {ClockClass::none, "none"}, {ClockClass::network, "network"}, {ClockClass::gnss, "gnss"}};
constexpr Named<SilenceReason> kReasonNames[] = {{SilenceReason::duty_cycle, "duty_cycle"},
                                                 {SilenceReason::channel_busy, "channel_busy"},
                                                 {SilenceReason::not_configured, "not_configured"}};
constexpr Named<SampleFormat> kFormatNames[] = {{SampleFormat::ci8, "ci8"},
                                                {SampleFormat::ci16, "ci16"},
                                                {SampleFormat::cf32, "cf32"},
                                                {SampleFormat::cu8, "cu8"}};
constexpr Named<Provenance> kProvenanceNames[] = {
    {Provenance::nominal, "nominal"},
    {Provenance::thermal_noise, "thermal_noise"},
    {Provenance::signal_generator, "signal_generator"}};

// Limits of a member are within 64 bits, signed or unsigned.
std::string decimal(Int128 value) {
  return value < 0 ? std::to_string(static_cast<std::int64_t>(value))
                   : std::to_string(static_cast<std::uint64_t>(value));
}

}  // namespace

bool allows(const Limits& limits, Int128 value) {
  if (!limits.choices.empty()) {
    return std::any_of(limits.choices.begin(), limits.choices.end(),
                       [&](std::uint32_t choice) { return value == choice; });
  }
  return value >= limits.low && value <= limits.high;
}

std::string describe(const Limits& limits) {
  if (limits.choices.empty()) return decimal(limits.low) + " to " + decimal(limits.high);
  std::string text;
  for (std::size_t i = 0; i < limits.choices.size(); ++i) {
    if (i > 0) text += i + 1 == limits.choices.size() ? " or " : ", ";
    text += std::to_string(limits.choices[i]);
  }
  return text;
}

std::string contradiction(const BatchHeader& header) {
  if (header.first_round <= header.last_round) return {};
  return "last_round is " + std::to_string(header.last_round) + ", before first_round " +
         std::to_string(header.first_round);
}

std::span<const Named<RegionId>> names(RegionId) { return kRegionNames; }
std::span<const Named<ClockClass>> names(ClockClass) { return kClockNames; }
std::span<const Named<SilenceReason>> names(SilenceReason) { return kReasonNames; }
std::span<const Named<SampleFormat>> names(SampleFormat) { return kFormatNames; }
std::span<const Named<Provenance>> names(Provenance) { return kProvenanceNames; }

}  // namespace earshot::fields
