// Removal by rename: what must go at once moves into DATA/trash under a name of its own and is
// deleted by whoever has time.
#pragma once

#include <string>

#include "daemon/paths.hpp"

namespace hexad::images {

// False (and logged) when it could not be moved; true as well when there was nothing to move.
bool move_to_trash(const Paths& paths, const std::string& path);
// Deletes what this feature has put there.
void empty_image_trash(const Paths& paths);
// Deletes everything in DATA/trash, whoever put it there; for a start, before others use it.
void empty_trash(const Paths& paths);

}  // namespace hexad::images
