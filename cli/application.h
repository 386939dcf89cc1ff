// The program around the commands: parsing, --help, --version, exit codes. CLI11 reports usage
// errors by exceptions; they end here, as exit code 2 and one line.
#pragma once
#include <memory>

#include "cli/context.h"

namespace earshot::cli {

class Application {
 public:
  Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;
  ~Application();

  CLI::App& root() { return *root_; }
  Context& context() { return context_; }
  // Parses, runs the one command that was named and returns the exit code.
  int run(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> root_;
  Context context_;
};

}  // namespace earshot::cli
