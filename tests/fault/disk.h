/* A disk that can be stopped and that forgets.
 *
 * Every write, flush, truncation, rename and new file of the program goes through here: SQLite's by a VFS of its own
 * (named "disk"), the program's by the linker (--wrap). Each is a point. At the point `kill_at` the process is killed,
 * now and then in the middle of a write. What was written but not flushed is remembered with what stood there before,
 * in memory that outlives the process, so that a power cut can take a random half of it away again: kill alone cannot
 * show a missing flush, the page cache survives it. */
#ifndef TAIZHANG_TEST_DISK_H
#define TAIZHANG_TEST_DISK_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the memory and the VFS; before any fork. */
void disk_begin(void);
/* Nothing is dirty, no point has passed; only paths that begin with `folder` count. kill_at 0: never. */
void disk_arm(const char *folder, long kill_at, bool torn);
void disk_disarm(void);
long disk_points(void);
/* The power goes: by coin, unflushed sectors get their old bytes, unflushed names their old place. Gives how many. */
long disk_cut(uint64_t seed);

#endif
