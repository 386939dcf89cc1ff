#include "radio/iq/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "radio/iq/file.h"
#include "radio/iq/mapped_file.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kMaxMembers = 100'000;  // Chosen: bounds memory.

using Reading = std::unique_ptr<::archive, decltype(&archive_read_free)>;
using Writing = std::unique_ptr<::archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

tl::unexpected<Error> refuse(const std::string& where, const std::string& why) {
  return fail(Errc::bad_data, where + ": " + why);
}

std::string words_of(::archive* archive) {
  const char* words = archive_error_string(archive);
  return words == nullptr ? "is no tar archive" : words;
}

bool stays_inside(const std::string& name) {
  const std::string path = "/" + name + "/";
  return !name.empty() && !name.starts_with('/') && path.find("/../") == std::string::npos;
}

// Where the content that libarchive hands out lies in `archive`: it must be one piece of it.
Result<std::uint64_t> locate(::archive* reader, std::uint64_t size, ByteView archive,
                             const std::string& where) {
  std::uint64_t begin = 0;
  std::uint64_t seen = 0;
  while (true) {
    const void* block = nullptr;
    std::size_t count = 0;
    la_int64_t at = 0;
    const int status = archive_read_data_block(reader, &block, &count, &at);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return refuse(where, words_of(reader) + ": truncated");
    if (count == 0) continue;
    const auto* bytes = static_cast<const std::uint8_t*>(block);
    const bool inside = bytes >= archive.data() && bytes + count <= archive.data() + archive.size();
    const auto offset = static_cast<std::uint64_t>(bytes - archive.data());
    if (seen == 0) begin = offset;
    if (!inside || static_cast<std::uint64_t>(at) != seen || offset != begin + seen) {
      return refuse(where, "does not store its members in one piece, as SigMF archives do");
    }
    seen += count;
  }
  if (seen != size) return refuse(where, "ends within a member: truncated");
  return begin;
}

}  // namespace

Result<std::vector<ArchiveMember>> list_archive(ByteView archive, const std::string& where) {
  if (archive.empty()) return refuse(where, "is empty");
  const Reading reader(archive_read_new(), &archive_read_free);
  // No filter: compression would take the samples out of reach, and SigMF wants none.
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_memory(reader.get(), archive.data(), archive.size()) != ARCHIVE_OK) {
    return refuse(where, words_of(reader.get()));
  }
  std::vector<ArchiveMember> members;
  archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return refuse(where, "is no sound tar: " + words_of(reader.get()));
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name == nullptr ? "" : raw_name;
    if (!stays_inside(name)) {
      return refuse(where, "member \"" + name + "\" leaves the archive's folder");
    }
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    if (members.size() == kMaxMembers) return refuse(where, "has more than 100000 members");
    const auto size =
        static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    const Result<std::uint64_t> offset =
        locate(reader.get(), size, archive, where + ": member " + name);
    if (!offset) return fail(offset.error());
    members.push_back({name, *offset, size});
  }
  if (members.empty()) return refuse(where, "is an archive without files");
  return members;
}

Result<std::vector<ArchiveMember>> list_archive_file(const std::string& path) {
  const Result<MappedFile> file = MappedFile::open(path);
  if (!file) return fail(file.error());
  return list_archive(file->bytes(), path);
}

struct ArchiveWriter::State {
  NewFile file;
  std::int64_t seconds;
  std::string path;
  Result<void> written;  // What the file said last: libarchive only passes on that it failed.
  Writing archive{archive_write_new(), &archive_write_free};

  Result<void> result(la_ssize_t status) {
    if (status >= ARCHIVE_OK) return {};
    if (!written) return written;
    return fail(Errc::unavailable, path + ": cannot write: " + words_of(archive.get()));
  }
  Result<void> add(const std::string& name, std::uint64_t size, unsigned type, int mode) {
    const Entry entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), static_cast<mode_t>(mode));
    archive_entry_set_mtime(entry.get(), static_cast<time_t>(seconds), 0);
    return result(archive_write_header(archive.get(), entry.get()));
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::create(const std::string& path, std::int64_t unix_seconds) {
  Result<NewFile> file = NewFile::create(path);
  if (!file) return fail(file.error());
  auto state = std::make_unique<State>(State{std::move(*file), unix_seconds, path, {}});
  archive_write_set_format_pax_restricted(state->archive.get());
  archive_write_set_bytes_per_block(state->archive.get(), 0);
  const auto put = [](::archive*, void* client, const void* data, std::size_t count) {
    auto& self = *static_cast<State*>(client);
    self.written = self.file.write({static_cast<const std::uint8_t*>(data), count});
    return self.written ? static_cast<la_ssize_t>(count) : la_ssize_t{-1};
  };
  const int opened = archive_write_open(state->archive.get(), state.get(), nullptr, put, nullptr);
  if (Result<void> result = state->result(opened); !result) return fail(result.error());
  return ArchiveWriter(std::move(state));
}

Result<void> ArchiveWriter::add_folder(const std::string& name) {
  return state_->add(name + "/", 0, AE_IFDIR, 0755);
}

Result<void> ArchiveWriter::begin(const std::string& name, std::uint64_t size) {
  return state_->add(name, size, AE_IFREG, 0644);
}

Result<void> ArchiveWriter::write(ByteView bytes) {
  return state_->result(archive_write_data(state_->archive.get(), bytes.data(), bytes.size()));
}

Result<void> ArchiveWriter::finish() {
  if (Result<void> closed = state_->result(archive_write_close(state_->archive.get())); !closed) {
    return closed;
  }
  return state_->file.commit();
}

}  // namespace earshot::radio
