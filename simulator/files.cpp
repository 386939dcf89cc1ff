#include "simulator/files.h"

#include <unistd.h>

#include <utility>

namespace earshot::simulator {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> fail_with(const fs::path& path, const std::error_code& error) {
  const bool refused = error == std::errc::permission_denied ||
                       error == std::errc::operation_not_permitted ||
                       error == std::errc::read_only_file_system;
  return fail(refused ? Errc::permission : Errc::unavailable,
              path.string() + ": " + error.message());
}

// Ok when `path` may be created or replaced.
Result<void> check_replaceable(const fs::path& path, bool replace) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status)) {
    return fail(Errc::usage, path.string() + ": is a file; --out names a directory");
  }
  const bool is_empty = fs::is_empty(path, error);
  if (error) return fail_with(path, error);
  if (is_empty) return {};
  if (!replace) {
    return fail(Errc::usage, path.string() + ": not empty; choose another --out or add --force");
  }
  if (!fs::exists(path / OutputDirectory::kMarker)) {
    return fail(Errc::usage, path.string() + ": --force replaces only what `earshot sim run` " +
                                 "wrote, and there is no " + OutputDirectory::kMarker + " in it");
  }
  return {};
}

}  // namespace

Result<std::string> find_in_tree(const std::string& relative) {
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  while (!error && folder.has_relative_path()) {
    if (fs::exists(folder / relative, error)) return (folder / relative).string();
    folder = folder.parent_path();
  }
  if (fs::exists(relative, error)) return relative;
  return fail(Errc::unavailable,
              relative + ": not found above this program or in the working directory");
}

Result<OutputDirectory> OutputDirectory::create(const std::string& path, bool replace) {
  fs::path final_path = fs::absolute(path).lexically_normal();
  if (!final_path.has_filename()) final_path = final_path.parent_path();
  if (const Result<void> free = check_replaceable(final_path, replace); !free) {
    return fail(free.error());
  }
  fs::path working = final_path;
  working += ".partial-" + std::to_string(getpid());
  std::error_code error;
  fs::create_directories(working, error);
  if (error) return fail_with(working, error);
  return OutputDirectory(final_path, working);
}

OutputDirectory::OutputDirectory(OutputDirectory&& other) noexcept
    : final_(std::move(other.final_)), working_(std::exchange(other.working_, {})) {}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!working_.empty()) fs::remove_all(working_, ignored);
}

Result<void> OutputDirectory::commit() {
  std::error_code error;
  // The old one steps aside first: at every moment one of the two is whole.
  fs::path old = working_;
  old += ".old";
  const bool replaces = fs::exists(final_, error);
  if (replaces) fs::rename(final_, old, error);
  if (error) return fail_with(final_, error);
  fs::rename(working_, final_, error);
  if (error) {
    std::error_code ignored;
    if (replaces) fs::rename(old, final_, ignored);
    return fail_with(final_, error);
  }
  working_.clear();
  if (replaces) fs::remove_all(old, error);
  return {};
}

}  // namespace earshot::simulator
