// Names of images as the store keeps them: familiar ("nginx", "host:5000/team/app") and a tag.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "libcontainer/base/result.hpp"

namespace hexad::images {

struct TagName {
  std::string repository;  // familiar
  std::string tag;
  [[nodiscard]] std::string text() const { return repository + ":" + tag; }
  friend auto operator<=>(const TagName&, const TagName&) = default;
};

struct ParsedName {
  std::string repository;             // familiar
  std::optional<std::string> tag;     // as written
  std::optional<std::string> digest;  // "sha256:..."
  [[nodiscard]] TagName tagged() const { return {repository, tag.value_or("latest")}; }
  // As Docker shows it in "No such image": with latest where nothing was said.
  [[nodiscard]] std::string text() const;
};

// 400 "invalid reference format" and Docker's other texts.
Result<ParsedName> parse_name(std::string_view text);
// "docker.io/library/nginx:latest"
std::string full_name(const TagName& name);
// A repository and a tag given apart, the tag possibly empty or part of the repository.
Result<TagName> parse_tag_name(std::string_view repository, std::string_view tag);

}  // namespace hexad::images
