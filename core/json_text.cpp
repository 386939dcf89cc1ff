// Outside text to JSON values, strictly.
#include <nlohmann/json.hpp>
#include <set>

#include "core/message_json.h"

namespace earshot {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;

// Watches the parser: the library keeps the last of repeated keys without a word.
class Watch {
 public:
  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) keys_.emplace_back();
    if (event == json::parse_event_t::object_end) keys_.pop_back();
    if (depth > kMaxDepth) problem_ = "JSON nested deeper than 32";
    if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) problem_ = "JSON key '" + key + "' is repeated";
    }
    return true;
  }
  const std::string& problem() const { return problem_; }

 private:
  std::vector<std::set<std::string>> keys_;  // Of each object that is open.
  std::string problem_;
};

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  Watch watch;
  json value;
  try {
    value = json::parse(text, std::ref(watch));
  } catch (const json::exception& error) {
    return fail(Errc::bad_data, std::string("no valid JSON: ") + error.what());
  }
  if (!watch.problem().empty()) return fail(Errc::bad_data, watch.problem());
  return value;
}

}  // namespace earshot
