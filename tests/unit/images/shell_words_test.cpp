#include "daemon/images/shell_words.hpp"

#include <catch2/catch.hpp>

using namespace hexad::images;
using Words = std::vector<std::string>;

TEST_CASE("words end at blanks that are not quoted") {
  CHECK(split_words("a  b\tc") == Words{"a", "b", "c"});
  CHECK(split_words(R"(a="x y" b='1 2' c\ d)") == Words{R"(a="x y")", "b='1 2'", R"(c\ d)"});
  CHECK(split_words("  ").empty());
  CHECK(split_words(R"("open)") == Words{R"("open)"});
  CHECK(split_words("end\\") == Words{"end\\"});
}

TEST_CASE("quotes, backslashes and variables are taken away") {
  const Words env{"A=1", "EMPTY=", "LONG_NAME=x y"};
  const auto expand = [&](const char* word) { return expand_word(word, env).value_or("failed"); };
  CHECK(expand("plain") == "plain");
  CHECK(expand("$A") == "1");
  CHECK(expand("${A}b$A") == "1b1");
  CHECK(expand("'$A'") == "$A");
  CHECK(expand("\"$A $LONG_NAME\"") == "1 x y");
  CHECK(expand(R"(\$A)") == "$A");
  CHECK(expand(R"("\$A \" \x")") == R"($A " \x)");
  CHECK(expand(R"(a\ b)") == "a b");
  CHECK(expand("${X:-word}") == "word");
  CHECK(expand("${EMPTY:-word}") == "word");
  CHECK(expand("${A:-word}") == "1");
  CHECK(expand("${A:+word}") == "word");
  CHECK(expand("${X:+word}").empty());
  CHECK(expand("${X:-${A}}") == "1");
  CHECK(expand("$NOPE.").substr(0) == ".");
  CHECK(expand("$") == "$");
  CHECK(expand("$-") == "$-");
}

TEST_CASE("what is left open is refused") {
  const Words env{"A=1"};
  CHECK(expand_word("\"b", env).error().message ==
        "failed to process \"\"b\": unexpected end of statement while looking for matching "
        "double-quote");
  for (const auto* word :
       {"'x", "${", "${A", "${A:", "${A:-x", "${}", "${A?x}", "${A:~x}", "${X:?gone}"}) {
    INFO(word);
    const auto r = expand_word(word, env);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == hexad::Code::invalid_argument);
  }
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "${X:-";
  CHECK_FALSE(expand_word(deep, env));
}
