// Against the vectors of C2SP, Tessera and transparency-dev, bit for bit.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base64.h"
#include "core/hash.h"
#include "core/merkle.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/log_proof.h"
#include "verifier/log/tile.h"
#include "verifier/log/tile_writer.h"
#include "verifier/log/witness.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

const Json& vectors() {
  static const Json kVectors =
      Json::parse(std::ifstream(EARSHOT_SOURCE_DIR "/tests/vectors/tlog.json"));
  return kVectors;
}

Hash256 hash_of(const std::string& base64) {
  const Result<Bytes> bytes = from_base64(base64);
  Hash256 hash{};
  if (bytes) std::copy_n(bytes->begin(), std::min(bytes->size(), hash.size()), hash.begin());
  return hash;
}

std::vector<Hash256> hashes_of(const Json& list) {
  std::vector<Hash256> hashes;
  if (list.is_null()) return hashes;
  for (const Json& item : list) hashes.push_back(hash_of(item));
  return hashes;
}

// A log in memory, by tile hashes.
class MemoryLog {
 public:
  void append(const Bytes& entry) {
    entries_.push_back(entry);
    row(0).push_back(merkle_leaf(entry));
    writer_.append(merkle_leaf(entry), [this](int level, std::uint64_t index, const Hash256& hash) {
      ASSERT_EQ(index, row(level).size());
      row(level).push_back(hash);
    });
  }
  std::uint64_t size() const { return entries_.size(); }
  const std::vector<Bytes>& entries() const { return entries_; }
  const std::vector<Hash256>& level(std::size_t i) const { return levels_.at(i); }
  std::size_t levels() const { return levels_.size(); }
  TileHashes hashes() const {
    return [this](int level, std::uint64_t index) -> Result<Hash256> {
      return levels_.at(static_cast<std::size_t>(level)).at(index);
    };
  }
  TileTree tree() const { return TileTree(hashes()); }
  // As after a restart.
  void restart() { writer_ = *TileWriter::resume(size(), hashes()); }

 private:
  std::vector<Hash256>& row(int level) {
    levels_.resize(std::max(levels_.size(), static_cast<std::size_t>(level) + 1));
    return levels_[static_cast<std::size_t>(level)];
  }

  std::vector<Bytes> entries_;
  std::vector<std::vector<Hash256>> levels_;
  TileWriter writer_;
};

Bytes bytes_of(std::span<const Hash256> hashes) {
  Writer out;
  for (const Hash256& hash : hashes) out.put(ByteView(hash));
  return std::move(out).take();
}

// What is empty is no hash and never gets as far as a proof. (Some roots there are words of a few
// bytes; they are filled up with zeros.)
bool are_hashes(std::initializer_list<Json> fields) {
  return std::ranges::all_of(fields, [](const Json& field) {
    return field.is_string() && !field.get<std::string>().empty();
  });
}

TEST(Tlog, EveryConsistencyCaseOfTransparencyDev) {
  for (const Json& given : vectors()["merkle_rfc6962"]["consistency_cases"]) {
    const bool is_good =
        are_hashes({given["root1"], given["root2"]}) &&
        verify_consistency(given["size1"], given["size2"], hashes_of(given["proof"]),
                           hash_of(given["root1"]), hash_of(given["root2"]));
    EXPECT_EQ(is_good, !given["wantErr"].get<bool>()) << given["file"];
  }
}

TEST(Tlog, EveryInclusionCaseOfTransparencyDev) {
  for (const Json& given : vectors()["merkle_rfc6962"]["inclusion_cases"]) {
    const bool is_good =
        are_hashes({given["root"], given["leafHash"]}) &&
        merkle_verify(hash_of(given["leafHash"]), given["leafIdx"], given["treeSize"],
                      hashes_of(given["proof"]), hash_of(given["root"]));
    EXPECT_EQ(is_good, !given["wantErr"].get<bool>()) << given["file"];
  }
}

TEST(Tlog, ProofsFromTilesVerifyAtEverySize) {
  MemoryLog log;
  std::vector<Hash256> leaves;
  std::vector<Hash256> roots = {merkle_root({})};
  for (std::uint32_t i = 0; i < 70; ++i) {
    Writer entry;
    entry.put(i);
    log.append(entry.bytes());
    leaves.push_back(merkle_leaf(entry.bytes()));
    roots.push_back(merkle_root(leaves));
  }
  for (std::uint64_t size = 1; size <= log.size(); ++size) {
    ASSERT_EQ(log.tree().root(size), roots[size]);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = log.tree().inclusion(index, size);
      ASSERT_EQ(*proof, merkle_proof(std::span(leaves).first(size), index));
      ASSERT_TRUE(merkle_verify(leaves[index], index, size, *proof, roots[size]));
    }
    for (std::uint64_t old = 1; old <= size; ++old) {
      const auto proof = log.tree().consistency(old, size);
      ASSERT_TRUE(verify_consistency(old, size, *proof, roots[old], roots[size]))
          << old << " " << size;
      ASSERT_FALSE(verify_consistency(old, size, *proof, roots[old - 1], roots[size]));
    }
  }
}

TEST(Tlog, TilesOfALogOfSeventyThousandEntries) {
  MemoryLog log;
  for (std::uint32_t i = 0; i < 70'000; ++i) {
    Writer entry;
    entry.put(i);
    log.append(entry.bytes());
    if (i % 9'973 == 0) log.restart();
  }
  const Json& derived = vectors()["tile_layout"]["derived"];
  const auto tile = [&log](std::size_t level, std::size_t index) {
    const std::span<const Hash256> row(log.level(level));
    return bytes_of(row.subspan(
        index * kTileWidth, std::min<std::size_t>(kTileWidth, row.size() - index * kTileWidth)));
  };
  EXPECT_EQ(log.levels(), 3U);
  EXPECT_EQ(to_hex(sha256(tile(1, 0))), derived["sha256_tile_1_000"]);
  EXPECT_EQ(to_hex(sha256(tile(1, 1))), derived["sha256_tile_1_001.p_17"]);
  EXPECT_EQ(to_base64(tile(2, 0)), derived["tile_2_000.p_1"]);
  EXPECT_EQ(to_hex(sha256(tile(0, 272))), derived["sha256_tile_0_x272"]);
  EXPECT_EQ(to_hex(sha256(tile(0, 273))), derived["sha256_tile_0_273.p_112"]);
  const Result<Hash256> root = log.tree().root(70'000);
  ASSERT_TRUE(root);
  EXPECT_EQ(to_base64(*root), derived["root_b64"]);
  for (const std::uint64_t index : {0ULL, 65'535ULL, 65'536ULL, 69'999ULL}) {
    const auto proof = log.tree().inclusion(index, 70'000);
    EXPECT_TRUE(merkle_verify(merkle_leaf(log.entries()[index]), index, 70'000, *proof, *root));
  }
}

TEST(Tlog, TilePathsAreSpelledAndReadAsGiven) {
  for (const Json& given : vectors()["tile_paths"]["cases"]) {
    const TilePath path{.is_entries = given.value("entries", false),
                        .level = given.value("level", 0),
                        .index = given["index"],
                        .width = given.value("p", kTileWidth)};
    EXPECT_EQ(to_string(path), given["path"]);
    EXPECT_EQ(parse_tile_path(given["path"].get<std::string>()), path);
  }
  for (const char* bad :
       {"", "tile", "tile/0", "tile/0/", "tile/0/1", "tile/0/0001", "tile/64/000", "tile/00/000",
        "tile/0/x000/000", "tile/0/x001/234.p/0", "tile/0/000.p/256", "tile/0/000.p/",
        "tile/0/000/", "tile/0/x001", "tile/entries/000.p/01", "/tile/0/000", "tile/-1/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse_tile_path(bad)) << bad;
  }
}

TEST(Tlog, TheWholeTesseraLogComesOutOfItsKeyAndEntries) {
  const Json& given = vectors()["tessera_testdata_log"];
  const Result<NoteSigner> signer = parse_note_signer(given["log_private_key"].get<std::string>());
  ASSERT_TRUE(signer) << signer.error().detail;
  EXPECT_EQ(signer->key.to_string(), given["log_public_key"]);
  MemoryLog log;
  std::map<std::string, Bytes> files;
  const auto write_head = [&](const std::string& name) {
    const Result<Hash256> root = log.tree().root(log.size());
    const std::string text =
        to_string(sign_checkpoint({signer->key.name, {log.size(), *root}, {}}, *signer));
    const ByteView bytes = as_bytes(text);
    files[name] = Bytes(bytes.begin(), bytes.end());
  };
  write_head("checkpoint.0");
  for (const Json& entry : given["entries"]) {
    const std::string text = entry;
    log.append(Bytes(text.begin(), text.end()));
    const std::uint64_t width = log.size();
    files[to_string(TilePath{.width = width})] = bytes_of(log.level(0));
    files[to_string(TilePath{.is_entries = true, .width = width})] = bundle_entries(log.entries());
    write_head("checkpoint." + std::to_string(width));
  }
  write_head("checkpoint");
  std::size_t compared = 0;
  for (const auto& [name, content] : given["files_base64"].items()) {
    ASSERT_TRUE(files.contains(name)) << name;
    EXPECT_EQ(to_base64(files[name]), content) << name;
    ++compared;
  }
  EXPECT_EQ(compared, files.size());
  EXPECT_EQ(*parse_bundle(files["tile/entries/000.p/15"]), log.entries());
}

TEST(Tlog, PublishedNotesVerifyAndTheirAlterationsDoNot) {
  for (const Json& given : vectors()["signed_note"]["published"]) {
    const Result<NoteKey> key = parse_note_key(given["vkey"].get<std::string>());
    ASSERT_TRUE(key) << key.error().detail;
    const std::string text = given["note"];
    const Result<Note> note = parse_note(text);
    ASSERT_TRUE(note) << note.error().detail;
    EXPECT_TRUE(verify_note(*note, *key));
    EXPECT_EQ(to_string(*note), text);
    Note altered = *note;
    altered.text[0] ^= 1;
    EXPECT_EQ(verify_note(altered, *key).error().code, Errc::bad_signature);
    NoteKey other = *key;
    other.name += "x";
    EXPECT_EQ(verify_note(*note, other).error().code, Errc::check_failed);
  }
  for (const char* bad : {"", "text\n", "text\n\n", "text\n\nno signature\n", "a\n\n\u2014 b\n",
                          "a\n\n\u2014 b AAAA\n", "a\x01\n\n\u2014 b AAAAAAA=\n",
                          "a\n\n\u2014 b AAAAAAAA", "\xff\n\n\u2014 b AAAAAAA=\n"}) {
    EXPECT_FALSE(parse_note(bad)) << bad;
  }
}

TEST(Tlog, KeysAreReadAndSpelledAsGiven) {
  for (const Json& given : vectors()["keys"]["vkeys"]) {
    const std::string text = given["vkey"];
    const Result<NoteKey> key = parse_note_key(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ(key->to_string(), text);
    const Result<NoteSigner> signer =
        parse_note_signer(given["skey"].get<std::string>(), key->type);
    ASSERT_TRUE(signer) << signer.error().detail;
    EXPECT_EQ(signer->key.to_string(), text);
  }
  const Json& rekor = vectors()["keys"]["rekor_tiles_keyhash"];
  const auto seed = array_from_hex<32>(rekor["ed25519_seed_hex"].get<std::string>());
  EXPECT_EQ(make_note_signer(rekor["origin"], *seed)->key.id(), rekor["key_id_u32"]);
  for (const char* bad : {"", "a", "a+b", "a+00000000+AQ==", "a b+00000000+AQ=="}) {
    EXPECT_FALSE(parse_note_key(bad)) << bad;
  }
  std::string wrong_id = vectors()["keys"]["vkeys"][0]["vkey"];
  wrong_id[5] = '0';
  EXPECT_FALSE(parse_note_key(wrong_id));
}

TEST(Tlog, CheckpointsAreReadAsGiven) {
  for (const Json& given : vectors()["checkpoint_parse"]["cases"]) {
    const Result<Checkpoint> checkpoint = parse_checkpoint(given["cp"].get<std::string>());
    ASSERT_EQ(checkpoint.has_value(), !given["wantErr"].get<bool>()) << given["cp"];
    if (!checkpoint) continue;
    EXPECT_EQ(checkpoint->origin, given["origin"]);
    EXPECT_EQ(checkpoint->head.size, given["size"]);
    EXPECT_EQ(to_text(*checkpoint), given["cp"]);
  }
  const std::string root = "qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n";
  EXPECT_FALSE(parse_checkpoint("\n42\n" + root));
  EXPECT_FALSE(parse_checkpoint("a\n042\n" + root));
  EXPECT_FALSE(parse_checkpoint("a\n42\n" + root + "\n"));
  EXPECT_TRUE(parse_checkpoint("a\n42\n" + root + "an extension\n"));
}

TEST(Tlog, CosignaturesAreMadeAndCheckedAsGiven) {
  const Json& given = vectors()["cosignature_v1"]["derived"];
  const Result<NoteSigner> witness =
      parse_note_signer(given["witness_skey"].get<std::string>(), NoteKeyType::cosignature_v1);
  ASSERT_TRUE(witness);
  EXPECT_EQ(witness->key.to_string(), given["cosig_vkey"]);
  Result<Note> note = parse_note(given["checkpoint"].get<std::string>());
  ASSERT_TRUE(note);
  note->signatures = {cosign_note(*witness, note->text, given["timestamp"])};
  EXPECT_EQ(to_string(*note), note->text + "\n" + given["line"].get<std::string>() + "\n");
  const Result<NoteEvidence> evidence = verify_note(*note, witness->key);
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->seconds, given["timestamp"].get<std::uint64_t>());
  note->signatures[0].bytes[7] ^= 1;  // Another time.
  EXPECT_FALSE(verify_note(*note, witness->key));
}

TEST(Tlog, ProofFilesAreWrittenAndReadAsGiven) {
  for (const Json& given : vectors()["tlog_proof"]["marshal"]) {
    LogProof proof{.extra = {},
                   .index = given["index"],
                   .path = hashes_of(given["hashes"]),
                   .checkpoint = given["checkpoint"]};
    if (given.contains("extra_utf8")) {
      const std::string extra = given["extra_utf8"];
      proof.extra = Bytes(extra.begin(), extra.end());
    }
    EXPECT_EQ(to_string(proof), given["want"]);
    const Result<LogProof> back = parse_log_proof(given["want"].get<std::string>());
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(to_string(*back), given["want"]);
  }
  for (const Json& given : vectors()["tlog_proof"]["reject"]) {
    EXPECT_FALSE(parse_log_proof(given.get<std::string>())) << given;
  }
}

class WitnessTest : public testing::Test {
 protected:
  WitnessTest() {
    for (std::uint8_t i = 0; i < 10; ++i) log_.append({i});
  }
  LogHead head(std::uint64_t size) const { return {size, *log_.tree().root(size)}; }
  Note checkpoint(std::uint64_t size) const {
    return sign_checkpoint({signer_.key.name, head(size), {}}, signer_);
  }
  AddCheckpoint request(std::uint64_t old_size, std::uint64_t size) const {
    return {old_size,
            old_size == 0 ? std::vector<Hash256>() : *log_.tree().consistency(old_size, size),
            checkpoint(size)};
  }
  WitnessAnswer ask(const AddCheckpoint& request, const LogHead& last) const {
    const Result<AddCheckpoint> sent = parse_add_checkpoint(to_string(request));
    EXPECT_TRUE(sent);
    return witness_.judge(*sent, last, 1'700'000'000);
  }

  MemoryLog log_;
  NoteSigner signer_ = *make_note_signer("example.com/log", sha256(as_bytes("log")));
  CheckpointWitness witness_{*make_note_signer("example.com/witness", sha256(as_bytes("witness")),
                                               NoteKeyType::cosignature_v1),
                             {{"example.com/log", signer_.key}}};
};

TEST_F(WitnessTest, CosignsWhatExtendsWhatItSaw) {
  WitnessAnswer answer = ask(request(0, 4), LogFrontier().head());
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.cosigned, head(4));
  answer = ask(request(4, 10), head(4));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Result<Note> note = parse_note(checkpoint(10).text + "\n" + answer.body);
  ASSERT_TRUE(note) << note.error().detail;
  EXPECT_EQ(verify_note(*note, witness_.key())->seconds, 1'700'000'000U);
  EXPECT_EQ(ask(request(10, 10), head(10)).status, 200);
}

TEST_F(WitnessTest, RefusesAsTheSpecificationSays) {
  EXPECT_EQ(ask(request(4, 10), head(3)).status, 409);
  EXPECT_EQ(ask(request(4, 10), head(3)).body, "3\n");
  AddCheckpoint bad = request(4, 10);
  bad.proof[0][0] ^= 1;
  EXPECT_EQ(ask(bad, head(4)).status, 422);
  bad = request(0, 10);
  bad.proof.push_back({});
  EXPECT_EQ(ask(bad, LogFrontier().head()).status, 422);
  bad = request(4, 4);
  bad.old_size = 5;
  EXPECT_EQ(ask(bad, head(5)).status, 400);
  bad = request(4, 10);
  bad.note.signatures[0].bytes[0] ^= 1;
  EXPECT_EQ(ask(bad, head(4)).status, 403);
  bad = request(4, 10);
  bad.note.text = "example.com/other" + bad.note.text.substr(bad.note.text.find('\n'));
  EXPECT_EQ(ask(bad, head(4)).status, 404);
  // Another history of the same size.
  const Note forged =
      sign_checkpoint({signer_.key.name, {4, sha256(as_bytes("other"))}, {}}, signer_);
  EXPECT_EQ(ask({4, {}, forged}, head(4)).status, 422);
}

}  // namespace
}  // namespace earshot::verifier
