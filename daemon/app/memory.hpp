// Keeps an idle daemon small: few malloc arenas, and freed memory goes back to the kernel.
#pragma once

namespace hexad::app {

void tune_malloc();  // before the first thread
void trim_memory();

}  // namespace hexad::app
