// An epoch as a verifier keeps it before and after the seal: its messages in a message store, its
// sealed record in a registry.
#pragma once
#include <gtest/gtest.h>

#include <map>

#include "tests/doubles/record_builder.h"
#include "verifier/ingest.h"
#include "verifier/publication.h"

namespace earshot::verifier {

// What the record has, as it would have been taken in.
inline WriteSet writes_of(const EpochRecord& record) {
  WriteSet writes;
  std::map<Hash256, StoredHeader> headers;
  for (const auto* list : {&record.onboardings, &record.messages}) {
    for (const LoggedMessage& logged : *list) {
      const Hash256 header = header_id(record.network, logged.header.header);
      headers[header] = {header, logged.header, logged.header_received};
      const Hash256 id = message_id(record.network, logged.message);
      writes.messages.push_back(
          {id, logged.message, header, logged.index, logged.path, logged.body_received});
      writes.statements.emplace_back(statement_bytes(logged.message), id);
      writes.log.push_back({LogKind::message, logged.body_received, id});
    }
  }
  for (const auto& [id, header] : headers) {
    writes.headers.push_back(header);
    writes.log.push_back({LogKind::header, header.received, id});
  }
  return writes;
}

// Seals and publishes it, and notes that its snippets are gone.
inline EpochOutcome seal_epoch(RegistryStore& registry, const EpochRecord& record,
                               const rewards::Policy& policy) {
  EpochOutcome outcome = *judge_epoch(record, policy);
  EXPECT_TRUE(registry.add_sealed(publish(record, policy, outcome)));
  EXPECT_TRUE(registry.set_evidence_forgotten(record.epoch));
  return outcome;
}

}  // namespace earshot::verifier
