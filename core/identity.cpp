#include "core/identity.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>

namespace earshot {
namespace {

constexpr std::size_t kSeedDigits = 64;

// Picks the CPU's implementations; safe from any thread and as often as one likes.
void start_sodium() {
  static const int started = sodium_init();
  assert(started >= 0);
  static_cast<void>(started);
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error system_error(const std::string& path, const char* doing) {
  const int number = errno;
  const bool denied = number == EACCES || number == EPERM;
  return {denied ? Errc::permission : Errc::unavailable,
          path + ": cannot " + doing + ": " + std::strerror(number)};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Makes the file's name as durable as its bytes.
bool sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.get() >= 0 && ::fsync(directory.get()) == 0;
}

}  // namespace

SigningKey signing_key_from_seed(const ByteArray<32>& seed) {
  start_sodium();
  SigningKey key{.seed = seed};
  crypto_sign_seed_keypair(key.public_key.data(), key.secret.data(), seed.data());
  return key;
}

Signature sign(const SigningKey& key, ByteView message) {
  start_sodium();
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       key.secret.data());
  return signature;
}

bool verify_signature(const PublicKey& key, ByteView message, const Signature& signature) {
  start_sodium();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

bool is_valid_public_key(const PublicKey& key) {
  start_sodium();
  return crypto_core_ed25519_is_valid_point(key.data()) == 1;
}

ByteArray<32> random_seed() {
  start_sodium();
  ByteArray<32> seed{};
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

Result<SigningKey> read_key_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return fail(system_error(path, "open the key file"));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(system_error(path, "look at the key file"));
  if ((status.st_mode & 077) != 0) {
    return fail(Errc::permission, path + ": others may read this key file; chmod 600 it");
  }
  // One byte more than allowed, so that a longer file shows.
  std::array<char, kSeedDigits + 2> text{};
  const ssize_t count = ::read(file.get(), text.data(), text.size());
  if (count < 0) return fail(system_error(path, "read the key file"));
  const std::string_view found(text.data(), static_cast<std::size_t>(count));
  if (found.size() != kSeedDigits + 1 || found.back() != '\n') {
    sodium_memzero(text.data(), text.size());
    return fail(Errc::bad_data, path + ": a key file is 64 hexadecimal digits and a newline");
  }
  const Result<ByteArray<32>> seed = array_from_hex<32>(found.substr(0, kSeedDigits));
  sodium_memzero(text.data(), text.size());
  if (!seed) return fail(Errc::bad_data, path + ": " + seed.error().detail);
  return signing_key_from_seed(*seed);
}

Result<void> write_key_file(const std::string& path, const ByteArray<32>& seed) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0 && errno == EEXIST) {
    return fail(Errc::usage, path + ": exists already, and keys are never overwritten");
  }
  if (file.get() < 0) return fail(system_error(path, "create the key file"));
  std::string text = to_hex(seed) + "\n";
  const bool durable = ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), text) &&
                       ::fsync(file.get()) == 0 && sync_directory_of(path);
  sodium_memzero(text.data(), text.size());
  if (durable) return {};
  const Error error = system_error(path, "write the key file");
  ::unlink(path.c_str());  // Half a key is worse than none.
  return fail(error);
}

}  // namespace earshot
