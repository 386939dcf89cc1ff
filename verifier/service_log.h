// The service's log: lines on standard error, for people, for journald or for machines.
#pragma once
#include <memory>

#include "verifier/config.h"

namespace spdlog {
class logger;
}

namespace earshot::verifier {

// text: "<time> <level>: <message>"; under journald ($JOURNAL_STREAM) without the time but with the
// priority that journald takes away again. json: {"time":...,"level":...,"message":...}.
std::shared_ptr<spdlog::logger> make_service_log(const LogConfig& config);

// One line of the json format, for the test.
std::string json_log_line(std::int64_t unix_ns, std::string_view level, std::string_view message);

}  // namespace earshot::verifier
