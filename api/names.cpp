#include "api/names.hpp"

#include <algorithm>
#include <array>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

constexpr std::array<std::string_view, 96> kAdjectives{
    "able",    "agile",    "airy",   "amber",   "ample",    "apt",     "astute",   "aware",
    "balmy",   "bold",     "brave",  "breezy",  "bright",   "brisk",   "calm",     "candid",
    "careful", "cheerful", "clear",  "clever",  "cosy",     "crisp",   "curious",  "daring",
    "dapper",  "decent",   "deft",   "eager",   "early",    "earnest", "easy",     "elated",
    "even",    "exact",    "fair",   "famous",  "fearless", "fine",    "fleet",    "fluent",
    "fond",    "frank",    "fresh",  "gentle",  "glad",     "golden",  "graceful", "grand",
    "handy",   "happy",    "hardy",  "honest",  "humble",   "ideal",   "jolly",    "jovial",
    "keen",    "kind",     "lively", "loyal",   "lucid",    "lucky",   "mellow",   "merry",
    "mild",    "modest",   "neat",   "nimble",  "noble",    "patient", "placid",   "plucky",
    "polite",  "prudent",  "quick",  "quiet",   "rapid",    "ready",   "robust",   "sage",
    "serene",  "sharp",    "silent", "sincere", "smart",    "snug",    "solid",    "spry",
    "steady",  "sunny",    "swift",  "tidy",    "tranquil", "upbeat",  "vivid",    "witty"};

constexpr std::array<std::string_view, 96> kSurnames{
    "abel",       "ampere",     "archimedes", "babbage",   "backus",    "bardeen",    "bartik",
    "bernoulli",  "boole",      "boyle",      "brahe",     "cantor",    "carson",     "cauchy",
    "cavendish",  "celsius",    "chandra",    "clarke",    "codd",      "copernicus", "coulomb",
    "curie",      "dalton",     "darwin",     "descartes", "dijkstra",  "dirac",      "edison",
    "einstein",   "engelbart",  "erdos",      "euclid",    "euler",     "faraday",    "fermat",
    "fermi",      "feynman",    "fibonacci",  "fourier",   "franklin",  "galilei",    "galois",
    "gauss",      "germain",    "goedel",     "goodall",   "haber",     "hamilton",   "hawking",
    "heisenberg", "herschel",   "hertz",      "hilbert",   "hooke",     "hopper",     "hubble",
    "hypatia",    "jacobi",     "joule",      "kelvin",    "kepler",    "khwarizmi",  "kirchhoff",
    "knuth",      "lagrange",   "lamarr",     "laplace",   "leavitt",   "leibniz",    "linnaeus",
    "liskov",     "lorentz",    "lovelace",   "mccarthy",  "maxwell",   "meitner",    "mendel",
    "mendeleev",  "mirzakhani", "napier",     "newton",    "noether",   "ohm",        "pascal",
    "pasteur",    "perlman",    "planck",     "poincare",  "ramanujan", "ritchie",    "rutherford",
    "shannon",    "tesla",      "turing",     "volta",     "wozniak"};

bool word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool valid_name(std::string_view name) {
  return name.size() >= 2 && word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return word(c) || c == '_' || c == '.' || c == '-'; });
}

Result<> check_container_name(std::string_view name) {
  std::string_view bare = name;
  if (bare.starts_with('/')) bare.remove_prefix(1);
  if (valid_name(bare)) return {};
  return fail(Code::invalid_argument,
              "Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
}

std::string random_name(int attempt) {
  const auto dice = std::stoul(random_hex(4), nullptr, 16);
  const auto adjective = kAdjectives[dice % kAdjectives.size()];
  const auto surname = kSurnames[dice / kAdjectives.size() % kSurnames.size()];
  auto name = fmt::format("{}_{}", adjective, surname);
  // The words run out with some thousand containers; a number then.
  if (attempt >= 2) name += fmt::format("{}", std::stoul(random_hex(3), nullptr, 16) % 1'000'000);
  return name;
}

}  // namespace hexad::api
