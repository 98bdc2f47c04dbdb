#include "daemon/images/names.hpp"

#include "api/reference.hpp"

namespace hexad::images {

std::string ParsedName::text() const {
  std::string out = repository;
  if (tag) out += ":" + *tag;
  if (digest) out += "@" + *digest;
  return tag || digest ? out : out + ":latest";
}

Result<ParsedName> parse_name(std::string_view text) {
  const auto reference = TRY(api::parse_reference(text));
  ParsedName name{reference.familiar_name(), std::nullopt, std::nullopt};
  if (!reference.tag.empty()) name.tag = reference.tag;
  if (!reference.digest.empty()) name.digest = reference.digest;
  return name;
}

std::string full_name(const TagName& name) {
  const auto reference = api::parse_reference(name.text());
  return reference ? reference->canonical() : name.text();
}

Result<TagName> parse_tag_name(std::string_view repository, std::string_view tag) {
  auto name = TRY(parse_name(repository));
  if (name.digest)
    return fail(Code::invalid_argument, "refusing to create a tag with a digest reference");
  if (!tag.empty()) {
    if (!api::valid_tag(tag)) return fail(Code::invalid_argument, "invalid tag format");
    name.tag = tag;
  }
  return name.tagged();
}

}  // namespace hexad::images
