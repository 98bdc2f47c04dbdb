// Stands in for libFuzzer where the build is not instrumented: runs a target over its corpus and
// over mutations of it. The inputs are the same in every run, so that a failure can be repeated;
// finding new ones is the fuzz preset's work.
//   fuzz_NAME [CORPUS_DIR | FILE]...
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsPerSeed = 200;
constexpr std::size_t kMaxInput = 4096;

void run(const std::string& input) {
  std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string mutate(std::string s, std::mt19937& rng) {
  static const std::string kInteresting[] = {"\"",
                                             "{",
                                             "}",
                                             "[",
                                             "]",
                                             "null",
                                             "-1",
                                             "99999999999999999999",
                                             "\\u0000",
                                             "../",
                                             "/",
                                             ":",
                                             "@",
                                             "=",
                                             "&",
                                             "%",
                                             std::string(1, '\0'),
                                             "\xff\xfe",
                                             "\r\n",
                                             std::string(300, 'A')};
  const auto steps = 1 + rng() % 4;
  for (unsigned i = 0; i < steps; ++i) {
    const std::size_t at = s.empty() ? 0 : rng() % (s.size() + 1);
    switch (rng() % 5) {
      case 0: s.insert(at, kInteresting[rng() % std::size(kInteresting)]); break;
      case 1:
        if (at < s.size()) s[at] = static_cast<char>(rng());
        break;
      case 2: s.erase(at, rng() % 16); break;
      case 3: s.resize(at); break;
      default: s.insert(at, s.substr(at / 2, rng() % 64)); break;
    }
  }
  if (s.size() > kMaxInput) s.resize(kMaxInput);
  return s;
}

std::vector<std::string> seeds(int argc, char** argv) {
  std::vector<std::string> out{"", "{}", "[]", std::string(512, '\0')};
  const auto add = [&](const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  };
  for (int i = 1; i < argc; ++i) {
    if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) add(entry.path());
    } else if (std::filesystem::exists(argv[i])) {
      add(argv[i]);
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937 rng(1);  // fixed: see the top
  std::size_t inputs = 0;
  for (const std::string& seed : seeds(argc, argv)) {
    run(seed);
    for (int i = 0; i < kMutationsPerSeed; ++i) run(mutate(seed, rng));
    inputs += 1 + kMutationsPerSeed;
  }
  std::printf("%zu inputs\n", inputs);
}
