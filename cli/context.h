// What every command is given, and how it registers.
//
// A command is a function `Result<void> run(options)`; its Errc becomes the exit code and its
// detail the one line on stderr (DESIGN section 9). Results go to stdout, everything else to
// stderr. Single-threaded.
#pragma once
#include <functional>
#include <string>

#include "core/result.h"

// CLI11 is slow to compile: only files that declare options include it.
namespace CLI {
class App;
}

namespace earshot::cli {

struct Context {
  bool json = false;  // --json was given.
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  Result<void> outcome;  // Of the command that ran.

  // Machine output on stdout: asked for, or nobody looks.
  bool machine_output() const { return json || !stdout_is_terminal; }
};

// Adds command `name` under `parent`; the caller then adds its options. `run` is called once, after
// a parse without errors, and its result becomes the program's exit code. --json is added here.
CLI::App* add_command(CLI::App& parent, Context& context, const std::string& name,
                      const std::string& description, std::function<Result<void>()> run);
// A group that does nothing itself: `earshot iq`.
CLI::App* add_group(CLI::App& parent, const std::string& name, const std::string& description);

}  // namespace earshot::cli
