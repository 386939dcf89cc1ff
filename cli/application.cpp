#include "cli/application.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

namespace earshot::cli {
namespace {

// One line, whatever the text: a message that quotes a file's bytes must not break this promise.
void complain(std::string text) {
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < 0x20) letter = ' ';
  }
  std::fprintf(stderr, "earshot: %s\n", text.c_str());
}

int finish(const Result<void>& outcome) {
  // A full disk behind stdout shows only when the buffer is written.
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!outcome) {
    complain(outcome.error().detail);
    return exit_code(outcome.error().code);
  }
  if (!written) {
    complain("stdout: cannot write");
    return exit_code(Errc::unavailable);
  }
  return 0;
}

}  // namespace

Application::Application()
    : root_(std::make_unique<CLI::App>(
          "Earshot proves radio coverage and pays for it: the tool for everything you type.",
          "earshot")) {
  context_.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
  context_.stderr_is_terminal = isatty(STDERR_FILENO) == 1;
  root_->set_version_flag("--version", "earshot " EARSHOT_VERSION);
  root_->require_subcommand(1);
  root_->footer(
      "Exit codes: 0 ok, 1 the check failed, 2 usage, 65 bad input data, 69 device or peer\n"
      "unavailable, 77 permission, 78 configuration. `earshot COMMAND --help` says more.");
}

Application::~Application() = default;

int Application::run(int argc, const char* const* argv) {
  // A file-size limit then shows as an error of write(), with a line, instead of a dead process.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    root_->parse(argc, argv);
    return finish(context_.outcome);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      root_->exit(error);
      return finish({});
    }
    complain(std::string(error.what()) + " (see --help)");
    return exit_code(Errc::usage);
  } catch (const std::exception& error) {
    complain(std::string("cannot go on: ") + error.what());
    return exit_code(Errc::unavailable);
  }
}

}  // namespace earshot::cli
