#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/iq_commands.h"
#include "radio/iq/validate.h"

namespace earshot::cli {
namespace {

Result<void> run_validate(const std::string& path, const Context& context) {
  const Result<std::vector<radio::Violation>> found = radio::validate_sigmf(path);
  if (!found) return fail(found.error());
  if (context.machine_output()) {
    nlohmann::ordered_json line = {
        {"file", path}, {"valid", found->empty()}, {"violations", nlohmann::ordered_json::array()}};
    for (const radio::Violation& violation : *found) {
      line["violations"].push_back({{"key", violation.key}, {"what", violation.what}});
    }
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else if (found->empty()) {
    std::printf("%s: keeps the rules of SigMF\n", path.c_str());
  } else {
    for (const radio::Violation& violation : *found) {
      std::printf("%s %s\n", violation.key.c_str(), violation.what.c_str());
    }
  }
  if (found->empty()) return {};
  return fail(Errc::check_failed, path + ": breaks the rules of SigMF in " +
                                      std::to_string(found->size()) +
                                      (found->size() == 1 ? " place" : " places"));
}

}  // namespace

void add_iq_validate(CLI::App& iq, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* command =
      add_command(iq, context, "validate", "Check a recording against every rule of SigMF",
                  [path, &context] { return run_validate(*path, context); });
  command->add_option("FILE", *path, "SigMF: .sigmf-meta, .sigmf-data, .sigmf or .sigmf-collection")
      ->required();
}

}  // namespace earshot::cli
