#ifndef C_ALLOCATION_COUNT_H
#define C_ALLOCATION_COUNT_H

#include <stdint.h>

/// The allocations that this thread has made since it started: malloc, calloc, realloc, aligned_alloc, memalign and
/// posix_memalign. Linking this target puts counting versions of them before those of the C library.
uint64_t bylaw_allocation_count(void);

/// Ticks of the clock of the processor, after everything before them is done; nanoseconds where it has no such clock.
uint64_t bylaw_ticks(void);

#endif
