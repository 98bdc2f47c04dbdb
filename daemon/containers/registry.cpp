#include "daemon/containers/registry.hpp"

#include <algorithm>
#include <mutex>

namespace hexad::containers {

Registry::NameHold::~NameHold() {
  if (registry_ == nullptr) return;
  const std::unique_lock lock(registry_->mutex_);
  registry_->names_.erase(name_);
}

Result<Registry::NameHold> Registry::hold_name(std::string name, const std::string& for_id) {
  const std::unique_lock lock(mutex_);
  const auto [at, fresh] = names_.try_emplace(name, for_id);
  if (!fresh) {
    return fail(
        Code::conflict,
        "Conflict. The container name \"/{}\" is already in use by container \"{}\". You have to "
        "remove (or rename) that container to be able to reuse that name.",
        name, at->second);
  }
  return NameHold(this, std::move(name));
}

void Registry::add(const ContainerPtr& container) {
  const std::string name = container->name();
  const std::unique_lock lock(mutex_);
  by_id_[container->id()] = container;
  names_[name] = container->id();
}

void Registry::remove(const Container& container) {
  const std::string name = container.name();
  const std::unique_lock lock(mutex_);
  const auto at = names_.find(name);
  if (at != names_.end() && at->second == container.id()) names_.erase(at);
  by_id_.erase(container.id());
}

void Registry::rename(Container& container, NameHold hold) {
  const std::string old = container.name();
  {
    const std::lock_guard inner(container.mutex_);
    container.name_ = hold.name();
  }
  const std::unique_lock lock(mutex_);
  names_.erase(old);
  hold.keep();
}

Result<ContainerPtr> Registry::find(std::string_view reference) const {
  const std::string_view name = reference.starts_with('/') ? reference.substr(1) : reference;
  const std::shared_lock lock(mutex_);
  if (const auto whole = by_id_.find(reference); whole != by_id_.end()) return whole->second;
  if (const auto named = names_.find(name); named != names_.end()) {
    // A held name whose container is not there yet is not found.
    if (const auto it = by_id_.find(named->second); it != by_id_.end()) return it->second;
  }
  if (!reference.empty()) {
    const auto first = by_id_.lower_bound(reference);
    if (first != by_id_.end() && first->first.starts_with(reference)) {
      const auto second = std::next(first);
      if (second != by_id_.end() && second->first.starts_with(reference))
        return fail(Code::invalid_argument, "Multiple IDs found with provided prefix: {}",
                    reference);
      return first->second;
    }
  }
  return fail(Code::not_found, "No such container: {}", reference);
}

std::vector<ContainerPtr> Registry::all() const {
  std::vector<ContainerPtr> out;
  {
    const std::shared_lock lock(mutex_);
    out.reserve(by_id_.size());
    for (const auto& [id, container] : by_id_) out.push_back(container);
  }
  std::sort(out.begin(), out.end(), [](const ContainerPtr& a, const ContainerPtr& b) {
    return a->created() > b->created();
  });
  return out;
}

}  // namespace hexad::containers
