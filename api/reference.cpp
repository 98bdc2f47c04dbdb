#include "api/reference.hpp"

#include <algorithm>

#include "libcontainer/base/strings.hpp"

namespace hexad::api {
namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::size_t kMaxName = 255;

bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower(char c) { return (c >= 'a' && c <= 'z') || digit(c); }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool alnum(char c) { return lower(c) || upper(c); }
bool hex_digit(char c) { return digit(c) || (c >= 'a' && c <= 'f'); }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// Letters, digits and inner hyphens, in parts divided by dots; a port of digits may follow.
bool valid_domain(std::string_view text) {
  if (text.starts_with('[')) {  // an IPv6 address
    const auto end = text.find(']');
    if (end == text.npos || end == 1) return false;
    const auto rest = text.substr(end + 1);
    return all(text.substr(1, end - 1), [](char c) { return alnum(c) || c == ':'; }) &&
           (rest.empty() || (rest.size() > 1 && rest[0] == ':' && all(rest.substr(1), digit)));
  }
  const auto [host, port] = split_once(text, ':');
  if (port && (port->empty() || !all(*port, digit))) return false;
  const auto parts = split(host, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && alnum(part.front()) && alnum(part.back()) &&
           all(part, [](char c) { return alnum(c) || c == '-'; });
  });
}

// Lower-case letters and digits, with one dot, one or two underscores or any hyphens between.
bool valid_component(std::string_view text) {
  if (text.empty() || !lower(text.front()) || !lower(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (lower(text[i])) {
      ++i;
      continue;
    }
    const auto end =
        std::min(text.find_first_of("abcdefghijklmnopqrstuvwxyz0123456789", i), text.size());
    const auto between = text.substr(i, end - i);
    if (between != "." && between != "_" && between != "__" &&
        !all(between, [](char c) { return c == '-'; })) {
      return false;
    }
    i = end;
  }
  return true;
}

bool valid_path(std::string_view path) {
  const auto parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), valid_component);
}

tl::unexpected<Error> invalid() { return fail(Code::invalid_argument, "invalid reference format"); }

// Takes "@digest" and then ":tag" off the end of `name`.
Result<> take_suffixes(std::string_view& name, Reference& out) {
  if (const auto at = name.find('@'); at != name.npos) {
    out.digest = name.substr(at + 1);
    name = name.substr(0, at);
    if (!valid_digest(out.digest)) return invalid();
  }
  const auto slash = name.rfind('/');
  const auto colon = name.find(':', slash == name.npos ? 0 : slash);
  if (colon == name.npos) return {};
  out.tag = name.substr(colon + 1);
  name = name.substr(0, colon);
  if (!valid_tag(out.tag)) return invalid();
  return {};
}

}  // namespace

std::string Reference::familiar_name() const {
  if (domain != kDefaultDomain) return canonical_name();
  constexpr std::string_view official = "library/";
  if (path.starts_with(official) && path.find('/', official.size()) == path.npos) {
    return path.substr(official.size());
  }
  return path;
}

Reference Reference::with_default_tag() const {
  Reference out = *this;
  if (out.tag.empty() && out.digest.empty()) out.tag = "latest";
  return out;
}

std::string Reference::suffix() const {
  std::string out;
  if (!tag.empty()) out += ":" + tag;
  if (!digest.empty()) out += "@" + digest;
  return out;
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.size() == 64 && all(text, hex_digit)) {
    return fail(Code::invalid_argument,
                "invalid repository name ({}), cannot specify 64-byte hexadecimal strings", text);
  }
  if (text.empty() || text.size() > 4096) return invalid();
  Reference out;
  std::string_view rest = text;
  const auto slash = text.find('/');
  const auto first = text.substr(0, slash);
  // A first part is a domain only when it looks like one: else "a/b" could not be a name.
  const bool domain =
      slash != text.npos && (first.find_first_of(".:") != first.npos || first == "localhost" ||
                             std::any_of(first.begin(), first.end(), upper));
  out.domain = domain ? first : kDefaultDomain;
  if (domain) rest.remove_prefix(slash + 1);
  if (out.domain == "index.docker.io") out.domain = kDefaultDomain;

  const auto name = rest.substr(0, rest.find_first_of(":@"));
  if (std::any_of(name.begin(), name.end(), upper)) {
    const bool bare = out.domain == kDefaultDomain && name.find('/') == name.npos;
    return fail(Code::invalid_argument,
                "invalid reference format: repository name ({}{}) must be lowercase",
                bare ? "library/" : "", name);
  }
  TRY(take_suffixes(rest, out));
  if (out.domain == kDefaultDomain && rest.find('/') == rest.npos) out.path = "library/";
  out.path += rest;
  if (!valid_domain(out.domain) || !valid_path(out.path)) return invalid();
  if (out.canonical_name().size() > kMaxName) {
    return fail(Code::invalid_argument, "repository name must not be more than {} characters",
                kMaxName);
  }
  return out;
}

bool valid_tag(std::string_view tag) {
  const auto word = [](char c) { return alnum(c) || c == '_'; };
  return !tag.empty() && tag.size() <= 128 && word(tag.front()) &&
         all(tag, [&](char c) { return word(c) || c == '.' || c == '-'; });
}

bool valid_digest(std::string_view digest) {
  const auto [algorithm, value] = split_once(digest, ':');
  if (!value || !all(*value, hex_digit)) return false;
  if (algorithm == "sha256") return value->size() == 64;
  if (algorithm == "sha384") return value->size() == 96;
  return algorithm == "sha512" && value->size() == 128;
}

}  // namespace hexad::api
