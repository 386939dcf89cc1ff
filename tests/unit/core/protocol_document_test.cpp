// docs/PROTOCOL.md against the code: every table of members and the worked example.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/merkle.h"
#include "core/message_fields.h"
#include "core/message_json.h"

namespace earshot {
namespace {

std::string document() {
  std::ifstream file(EARSHOT_SOURCE_DIR "/docs/PROTOCOL.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// From the heading to the next heading of any depth.
std::string section(const std::string& heading) {
  const std::string text = document();
  const std::size_t start = text.find("\n" + heading + "\n");
  if (start == std::string::npos) return {};
  const std::size_t body = start + heading.size() + 2;
  return text.substr(body, text.find("\n#", body) - body);
}

// "| 0 | 32 | `hotspot` | bytes | any |" of each row that begins with a number, meaning left out.
std::vector<std::string> rows_of(const std::string& heading) {
  std::vector<std::string> rows;
  std::istringstream lines(section(heading));
  for (std::string line; std::getline(lines, line);) {
    if (line.size() < 3 || line[0] != '|' ||
        std::isdigit(static_cast<unsigned char>(line[2])) == 0) {
      continue;
    }
    std::size_t end = 0;
    for (int bars = 0; bars < 6; ++end) bars += line[end] == '|' ? 1 : 0;
    rows.push_back(line.substr(0, end));
  }
  return rows;
}

// Writes the row that a member should have.
struct TableWriter {
  std::vector<std::string>& rows;
  std::size_t offset = 0;

  template <class T>
  void operator()(std::string_view name, const T&, const fields::Limits& limits) {
    std::string allowed = "any";
    if constexpr (std::is_same_v<T, bool>) {
      allowed = "0 or 1";
    } else if constexpr (std::is_enum_v<T>) {
      allowed.clear();
      for (const auto& named : fields::names(T{})) {
        allowed += (allowed.empty() ? "" : ", ") +
                   std::to_string(static_cast<unsigned>(named.value)) + " `" +
                   std::string(named.name) + "`";
      }
    } else if constexpr (std::is_same_v<T, Ecef>) {
      allowed = fields::describe(limits) + " each";
    } else if constexpr (std::is_integral_v<T>) {
      allowed = allowed_of<T>(limits);
    }
    const std::size_t bytes = std::is_same_v<T, Ecef> ? 24 : sizeof(T);
    std::ostringstream row;
    row << "| " << offset << " | " << bytes << " | `" << name << "` | " << type_of<T>() << " | "
        << allowed << " |";
    rows.push_back(row.str());
    offset += bytes;
  }
  template <class T>
  static std::string allowed_of(const fields::Limits& limits) {
    using Numbers = std::numeric_limits<T>;
    const fields::Limits both{.low = std::max<Int128>(limits.low, Numbers::min()),
                              .high = std::min<Int128>(limits.high, Numbers::max()),
                              .choices = limits.choices};
    const bool any = both.low == Numbers::min() && both.high == Numbers::max();
    return any && limits.choices.empty() ? "any" : fields::describe(both);
  }
  template <class T>
  static std::string type_of() {
    if (std::is_same_v<T, Ecef>) return "3 x i64";
    if (!std::is_integral_v<T> && !std::is_enum_v<T>) return "bytes";
    return (std::is_signed_v<T> ? "i" : "u") + std::to_string(sizeof(T) * 8);
  }
};

template <class T>
void expect_table(const std::string& heading) {
  std::vector<std::string> expected;
  const T message;
  fields::for_each(message, TableWriter{expected});
  EXPECT_EQ(rows_of(heading), expected) << heading;
}

TEST(ProtocolDocument, HasTheTablesOfTheCode) {
  expect_table<Onboarding>("### onboarding (1)");
  expect_table<BeaconReport>("### beacon (2)");
  expect_table<SilenceNotice>("### silence (3)");
  expect_table<WitnessReport>("### witness (4)");
  expect_table<SignedHeader>("### signed header");
}

// Lines "name: value" of the worked example.
std::map<std::string, std::string> example_lines(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text.substr(text.find("```\nseed: ") + 4));
  for (std::string line; std::getline(lines, line) && line != "```";) {
    const std::size_t colon = line.find(": ");
    values[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return values;
}

TEST(ProtocolDocument, WorkedExampleIsWhatTheCodeMakes) {
  constexpr NetworkId network = 31337;
  const std::string text = section("## Worked example");
  const std::size_t start = text.find("```json\n") + 8;
  const auto json = parse_json(text.substr(start, text.find("```", start) - start));
  ASSERT_TRUE(json) << json.error().detail;
  const auto message = message_from_json(*json);
  ASSERT_TRUE(message) << message.error().detail;
  EXPECT_EQ(to_json(*message), *json);

  auto values = example_lines(text);
  const SigningKey key = signing_key_from_seed(array_from_hex<32>(values["seed"]).value());
  EXPECT_EQ(to_hex(key.public_key), values["public key"]);
  EXPECT_EQ(to_hex(encode(*message)), values["body"]);
  EXPECT_EQ(to_hex(message_id(network, *message)), values["id"]);
  const SignedHeader header = sign_batch(network, key, 1, {}, std::vector{*message});
  EXPECT_EQ(to_hex(encode(header.header)), values["header"]);
  EXPECT_EQ(to_hex(header_id(network, header.header)), values["header id"]);
  EXPECT_EQ(to_hex(header.signature), values["signature"]);
  EXPECT_TRUE(is_signed_by_its_signer(network, header));

  Bytes snippet(10'000);
  for (std::size_t i = 0; i < snippet.size(); ++i) snippet[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(std::get<WitnessReport>(*message).evidence_root,
            merkle_root_of_chunks(snippet, kEvidenceChunkBytes));
}

}  // namespace
}  // namespace earshot
