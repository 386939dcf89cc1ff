// What a member serves to the others, and to anybody who wants to check: everything under
// /v1/quorum. Knows no socket. Any thread.
#pragma once
#include <span>

#include "verifier/http.h"
#include "verifier/log/note.h"
#include "verifier/quorum/quorum_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

class QuorumDesk {
 public:
  struct Parts {
    const Quorum& quorum;
    const QuorumStore& store;
    const MessageStore& messages;
    const NoteSigner& signer;
  };
  explicit QuorumDesk(const Parts& parts) : parts_(parts) {}

  // GET of the path's segments behind /v1/quorum.
  HttpResponse get(std::span<const std::string_view> path) const;

 private:
  HttpResponse get_verifiers() const;
  HttpResponse get_statements(std::string_view epoch, std::string_view phase) const;
  HttpResponse get_content(std::string_view hash) const;
  HttpResponse get_envelopes(std::string_view content, std::string_view tile) const;
  HttpResponse get_links(std::string_view round) const;
  HttpResponse get_signatures(std::string_view epoch) const;
  HttpResponse get_snippet(std::string_view report) const;
  HttpResponse get_evidence() const;
  HttpResponse get_proof(std::string_view name) const;

  Parts parts_;
};

}  // namespace earshot::verifier
