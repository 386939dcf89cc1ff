#include "hotspot/hotspot_name.h"

#include "core/hash.h"

namespace earshot::hotspot {
namespace {

constexpr std::string_view kMoods[] = {
    "amber",  "ancient", "autumn", "bitter",  "bold",    "brave",  "bright",  "brisk",
    "calm",   "chilly",  "clever", "cosmic",  "crimson", "curly",  "daring",  "deep",
    "dusty",  "eager",   "early",  "evening", "faint",   "fancy",  "fierce",  "floral",
    "frosty", "gentle",  "giant",  "glad",    "golden",  "grand",  "hidden",  "hollow",
    "humble", "icy",     "jolly",  "keen",    "kind",    "late",   "little",  "lively",
    "lucky",  "mellow",  "merry",  "misty",   "modern",  "noble",  "orbital", "patient",
    "polite", "proud",   "quick",  "quiet",   "rapid",   "rough",  "round",   "rustic",
    "shiny",  "silent",  "sleepy", "smooth",  "solar",   "steady", "stormy",  "sunny"};
constexpr std::string_view kStuffs[] = {
    "agate",  "apple",   "ash",    "bamboo", "basil",   "beryl",  "birch",  "brass",
    "bronze", "canvas",  "carbon", "cedar",  "chalk",   "cherry", "clay",   "clover",
    "cobalt", "copper",  "coral",  "cotton", "denim",   "ebony",  "elm",    "emerald",
    "fern",   "flint",   "garnet", "ginger", "granite", "hazel",  "honey",  "indigo",
    "iron",   "ivory",   "ivy",    "jade",   "jasper",  "lapis",  "laurel", "lemon",
    "lilac",  "lime",    "linen",  "maple",  "marble",  "mint",   "moss",   "oak",
    "olive",  "opal",    "pearl",  "pepper", "pine",    "plum",   "quartz", "rose",
    "ruby",   "saffron", "sage",   "silver", "slate",   "topaz",  "velvet", "willow"};
constexpr std::string_view kAnimals[] = {
    "badger", "bat",   "bear",  "beaver", "bison",  "bream", "carp",  "cat",    "cobra",  "condor",
    "crane",  "crow",  "deer",  "dingo",  "dove",   "eagle", "eel",   "falcon", "ferret", "finch",
    "fox",    "frog",  "gecko", "goose",  "hare",   "hawk",  "heron", "horse",  "ibis",   "jackal",
    "jay",    "kiwi",  "koala", "lark",   "lemur",  "lion",  "llama", "lynx",   "magpie", "marten",
    "mole",   "moose", "newt",  "orca",   "osprey", "otter", "owl",   "panda",  "parrot", "pike",
    "puffin", "quail", "raven", "robin",  "salmon", "seal",  "shrew", "sloth",  "stoat",  "stork",
    "swan",   "tapir", "toad",  "wolf"};
constexpr std::size_t kWords = 64;
static_assert(std::size(kMoods) == kWords && std::size(kStuffs) == kWords &&
              std::size(kAnimals) == kWords);

}  // namespace

std::string name_of(const PublicKey& key) {
  const Hash256 hash = sha256({as_bytes("earshot/v1/name"), ByteView(key)});
  std::string name(kMoods[hash[0] % kWords]);
  name.append("-").append(kStuffs[hash[1] % kWords]);
  return name.append("-").append(kAnimals[hash[2] % kWords]);
}

}  // namespace earshot::hotspot
