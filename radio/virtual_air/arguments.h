// Device arguments as SoapySDR hands them over: text by name.
#pragma once
#include <SoapySDR/Types.hpp>

#include "core/result.h"

namespace earshot::radio {

// Errc::usage names the argument, what was found and what is allowed.
Result<double> number_argument(const SoapySDR::Kwargs& arguments, const std::string& name,
                               double absent, double low, double high);
std::string text_argument(const SoapySDR::Kwargs& arguments, const std::string& name,
                          const std::string& absent);
// Nothing by another name: a misspelt argument is an error, not a default. `allowed` beside those
// that SoapySDR itself adds (driver, label, type...).
Result<void> check_names(const SoapySDR::Kwargs& arguments,
                         const std::vector<std::string>& allowed);

}  // namespace earshot::radio
