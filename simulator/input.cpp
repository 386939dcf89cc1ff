#include "simulator/input.h"

#include <filesystem>

#include "core/files.h"
#include "radio/iq/recording.h"
#include "simulator/files.h"
#include "simulator/world.h"

namespace earshot::simulator {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<RunInput> read_scenario(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Result<Scenario> scenario = parse_scenario(*text, path);
  if (!scenario) return fail(scenario.error());
  RunInput input;
  input.scenario = std::move(*scenario);
  input.scenario_text = std::move(*text);
  return input;
}

Result<RunInput> read_recordings(const fs::path& directory) {
  const fs::path scenario = directory / "scenario.toml";
  if (!is_there(scenario)) {
    return fail(Errc::bad_data, scenario.string() +
                                    ": missing; a directory of recordings holds the scenario that "
                                    "they are of");
  }
  Result<RunInput> input = read_scenario(scenario.string());
  if (!input) return input;
  const std::string policy_file = (directory / "policy.toml").string();
  const Result<std::string> text = read_file(policy_file);
  if (!text) return fail(text.error());
  Result<rewards::Policy> policy = rewards::parse_policy(*text, policy_file);
  if (!policy) return fail(Errc::bad_data, policy.error().detail);
  input->policy = std::move(*policy);
  input->recordings = directory.string();
  return input;
}

}  // namespace

Result<RunInput> read_input(const std::string& input) {
  std::error_code error;
  if (fs::is_directory(input, error)) {
    const fs::path inner = fs::path(input) / "recordings";
    return read_recordings(is_there(inner) ? inner : fs::path(input));
  }
  std::string path = input;
  if (!is_there(path) && path.find('/') == std::string::npos && !path.ends_with(".toml")) {
    const Result<std::string> found = find_in_tree("simulator/scenarios/" + path + ".toml");
    if (!found) {
      return fail(Errc::unavailable, path +
                                         ": neither a file, a directory nor a scenario of "
                                         "`earshot sim list`");
    }
    path = *found;
  }
  Result<RunInput> read = read_scenario(path);
  if (!read) return read;
  Result<rewards::Policy> policy =
      policy_of(read->scenario, fs::absolute(path).parent_path().string());
  if (!policy) return fail(policy.error());
  read->policy = std::move(*policy);
  return read;
}

Result<void> write_input(const RunInput& input, const std::string& directory) {
  const std::string policy = rewards::policy_to_toml(input.policy);
  const Result<void> written =
      radio::write_file_whole(directory + "/policy.toml", as_bytes(policy));
  if (!written) return written;
  return radio::write_file_whole(directory + "/scenario.toml", as_bytes(input.scenario_text));
}

}  // namespace earshot::simulator
