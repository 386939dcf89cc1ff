#include "verifier/service_log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/time.h"

namespace earshot::verifier {
namespace {

std::string_view text_of(spdlog::string_view_t view) { return {view.data(), view.size()}; }

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const auto since = message.time.time_since_epoch();
    const std::string line =
        json_log_line(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count(),
                      text_of(spdlog::level::to_string_view(message.level)),
                      text_of(message.payload)) +
        "\n";
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

// sd-daemon(3): "<6>" before a line is its priority.
class JournalPriority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    char digit = '6';
    if (message.level <= spdlog::level::debug) digit = '7';
    if (message.level == spdlog::level::warn) digit = '4';
    if (message.level >= spdlog::level::err) digit = '3';
    for (const char c : {'<', digit, '>'}) to.push_back(c);
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<JournalPriority>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_of(const LogConfig& config) {
  if (config.format == "json") return std::make_unique<JsonFormatter>();
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  const bool to_journal = std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT: before any thread
  if (to_journal) formatter->add_flag<JournalPriority>('*');
  formatter->set_pattern(to_journal ? "%*%l: %v" : "%Y-%m-%dT%H:%M:%S.%eZ %l: %v");
  return formatter;
}

}  // namespace

std::string json_log_line(std::int64_t unix_ns, std::string_view level, std::string_view message) {
  const Instant time{unix_ns / kNanosPerSecond, unix_ns % kNanosPerSecond * 1000};
  const nlohmann::ordered_json line = {
      {"time", to_iso8601(time, 3)}, {"level", level}, {"message", message}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::shared_ptr<spdlog::logger> make_service_log(const LogConfig& config) {
  auto log = std::make_shared<spdlog::logger>("verifierd",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_level(spdlog::level::from_str(config.level == "warn" ? "warning" : config.level));
  log->flush_on(spdlog::level::trace);
  log->set_formatter(formatter_of(config));
  return log;
}

}  // namespace earshot::verifier
