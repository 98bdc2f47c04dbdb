// All containers in memory, by id and by name.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/containers/container.hpp"

namespace hexad::containers {

using ContainerPtr = std::shared_ptr<Container>;

class Registry {
 public:
  // Takes the name first: 409 in Docker's words when another container has it. The name is free
  // again when the reservation is dropped without add().
  class NameHold {
   public:
    NameHold(NameHold&& o) noexcept
        : registry_(std::exchange(o.registry_, nullptr)), name_(std::move(o.name_)) {}
    NameHold& operator=(NameHold&& o) noexcept {
      std::swap(registry_, o.registry_);
      name_.swap(o.name_);
      return *this;
    }
    NameHold(const NameHold&) = delete;
    NameHold& operator=(const NameHold&) = delete;
    ~NameHold();
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    void keep() noexcept { registry_ = nullptr; }

   private:
    friend class Registry;
    NameHold(Registry* registry, std::string name) : registry_(registry), name_(std::move(name)) {}
    Registry* registry_;
    std::string name_;
  };
  Result<NameHold> hold_name(std::string name, const std::string& for_id);

  void add(const ContainerPtr& container);  // under its name, which is held
  void remove(const Container& container);
  void rename(Container& container, NameHold hold);

  // By full id, name (with or without slash), or unambiguous prefix of an id; 404
  // "No such container: x", 400 when a prefix fits several.
  [[nodiscard]] Result<ContainerPtr> find(std::string_view reference) const;
  [[nodiscard]] std::vector<ContainerPtr> all() const;  // newest first

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, ContainerPtr, std::less<>> by_id_;
  std::map<std::string, std::string, std::less<>> names_;  // name -> id
};

}  // namespace hexad::containers
