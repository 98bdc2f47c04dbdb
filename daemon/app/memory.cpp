#include "daemon/app/memory.hpp"

#include <malloc.h>

namespace hexad::app {

// mallopt(3). An arena per thread would keep each one's peak for ever.
void tune_malloc() {
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_TRIM_THRESHOLD, 256 << 10);
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

void trim_memory() { ::malloc_trim(64 << 10); }

}  // namespace hexad::app
