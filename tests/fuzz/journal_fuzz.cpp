// links: hotspot
// The files a hotspot keeps: journal, outbox records, duty ledger. What is read back encodes to the
// bytes that were read.
#include <cassert>

#include "hotspot/duty_ledger.h"
#include "hotspot/outbox_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView file(data, size);
  if (const auto contents = hotspot::read_journal(file)) {
    Bytes again;
    for (const Bytes& payload : contents->payloads) {
      const Bytes record = hotspot::encode_record(payload);
      again.insert(again.end(), record.begin(), record.end());
    }
    assert(again == Bytes(file.begin(), file.begin() + static_cast<long>(contents->whole_bytes)));
  }
  // A whole record, and then anything: the record is there, or the rest is damage.
  Bytes torn = hotspot::encode_record(file);
  torn.insert(torn.end(), file.begin(), file.end());
  const auto kept = hotspot::read_journal(torn);
  assert(!kept ||
         (!kept->payloads.empty() && kept->payloads[0] == Bytes(file.begin(), file.end())));
  if (const auto record = hotspot::decode_outbox_record(file)) {
    assert(hotspot::encode(*record) == Bytes(file.begin(), file.end()));
  }
  if (const auto entry = hotspot::decode_air_time(file)) {
    assert(hotspot::encode(*entry) == Bytes(file.begin(), file.end()));
  }
  return 0;
}
