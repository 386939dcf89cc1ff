// Getting eight channels out of 2 MS/s: ours, and the same done with liquid-dsp's objects.
#pragma once
#include <nlohmann/json.hpp>

#include "radio/samples.h"

namespace earshot::radio {

// Nanoseconds of CPU per input sample for both streams (one and two samples per chip) of every
// channel: ours; liquid's oscillators and decimators; liquid's polyphase filterbank (which needs
// uniform centres) with a resampler behind each channel. Same stop band and transition.
nlohmann::json measure_extraction(SampleView samples);

}  // namespace earshot::radio
