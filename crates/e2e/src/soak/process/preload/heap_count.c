/* Counts the bytes of a program's heap that are in use, without freed blocks that the allocator keeps.
 * Loaded into the server by LD_PRELOAD, for glibc. Writes the count to the file PREFIX.PID, with PREFIX from
 * SOAK_HEAP_COUNT. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static _Atomic int64_t before_begin;
static _Atomic int64_t *in_use = &before_begin;

__attribute__((constructor)) static void begin(void) {
    char path[4096];
    const char *prefix = getenv("SOAK_HEAP_COUNT");
    if (!prefix || snprintf(path, sizeof path, "%s.%d", prefix, (int)getpid()) >= (int)sizeof path) {
        return;
    }
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        return;
    }
    void *map = MAP_FAILED;
    if (ftruncate(file, sizeof *in_use) == 0) {
        map = mmap(NULL, sizeof *in_use, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    close(file);
    if (map != MAP_FAILED) {
        atomic_store((_Atomic int64_t *)map, atomic_load(&before_begin));
        in_use = map;
    }
}

static void add(void *block) {
    atomic_fetch_add_explicit(in_use, (int64_t)malloc_usable_size(block), memory_order_relaxed);
}

static void take(void *block) {
    atomic_fetch_sub_explicit(in_use, (int64_t)malloc_usable_size(block), memory_order_relaxed);
}

void *malloc(size_t size) {
    void *block = __libc_malloc(size);
    add(block);
    return block;
}

void *calloc(size_t count, size_t size) {
    void *block = __libc_calloc(count, size);
    add(block);
    return block;
}

void *realloc(void *block, size_t size) {
    take(block);
    void *moved = __libc_realloc(block, size);
    /* If it fails, the old block stays; a size of zero frees it. */
    add(moved || size == 0 ? moved : block);
    return moved;
}

void *memalign(size_t alignment, size_t size) {
    void *block = __libc_memalign(alignment, size);
    add(block);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *block = memalign(alignment, size);
    if (!block) {
        return ENOMEM;
    }
    *out = block;
    return 0;
}

void free(void *block) {
    take(block);
    __libc_free(block);
}
