/* Shifts a process's wall clock by the number of seconds in a file, read on each call; leaves monotonic clocks alone.
 * Loaded into the server by LD_PRELOAD. Without the file, or the variable that names it, it shifts nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift_s;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SOAK_WALL_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *map = mmap(NULL, sizeof *shift_s, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (map != MAP_FAILED) {
        shift_s = map;
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*volatile original)(clockid_t, struct timespec *);
    if (!original) {
        original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = original(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && shift_s) {
        time->tv_sec += *shift_s;
    }
    return result;
}
