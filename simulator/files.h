// Files of a run: finding what belongs to this installation, and an output directory that
// appears whole or not at all.
#pragma once
#include <filesystem>
#include <string>

#include "core/result.h"

namespace earshot::simulator {

// A folder's or file's path under the source tree that the running program was built in (the first
// of its parents that has `relative`), else under the working directory. Errc::unavailable.
Result<std::string> find_in_tree(const std::string& relative);

// A directory that is filled under a temporary name beside the final one and takes its place at
// commit(); destroyed before, it leaves nothing.
class OutputDirectory {
 public:
  // Errc::usage when `path` is there, not empty and `replace` is false, or when it is not a
  // directory that such a run wrote (it has no kMarker): nobody's other files are ever removed.
  // Errc::permission and Errc::unavailable when it cannot be made.
  static Result<OutputDirectory> create(const std::string& path, bool replace);
  OutputDirectory(OutputDirectory&& other) noexcept;
  OutputDirectory& operator=(OutputDirectory&&) = delete;
  ~OutputDirectory();

  const std::filesystem::path& working() const { return working_; }
  const std::filesystem::path& final_path() const { return final_; }
  Result<void> commit();

  static constexpr const char* kMarker = "scenario.toml";  // What every run writes.

 private:
  OutputDirectory(std::filesystem::path final_path, std::filesystem::path working)
      : final_(std::move(final_path)), working_(std::move(working)) {}

  std::filesystem::path final_;
  std::filesystem::path working_;  // Empty after commit() or a move.
};

}  // namespace earshot::simulator
