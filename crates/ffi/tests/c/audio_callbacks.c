/* Functions for audio callbacks do not allocate: every function that allocates or frees memory is counted. */
#include "common.h"

/* The C library's own functions. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t), __libc_free(void *);

/* Per thread, while it is in a callback. */
static _Thread_local int is_counting, count;

void *malloc(size_t bytes)
{
    count += is_counting;
    return __libc_malloc(bytes);
}

void *calloc(size_t number, size_t bytes)
{
    count += is_counting;
    return __libc_calloc(number, bytes);
}

void *realloc(void *old, size_t bytes)
{
    count += is_counting;
    return __libc_realloc(old, bytes);
}

int posix_memalign(void **to, size_t alignment, size_t bytes)
{
    count += is_counting;
    *to = __libc_memalign(alignment, bytes);
    return *to == NULL;
}

void free(void *old)
{
    count += is_counting && old != NULL;
    __libc_free(old);
}

int main(void)
{
    static float samples[2 * 8192];
    uint64_t chat = start("offline:", "Alice"), input, output, player, reference;
    uint32_t loopback = 0;
    for (int beat = 0; beat < 500 && loopback == 0; beat++) {
        pause_ms(10);
        (void)consonance_find_player(chat, "Loopback", &loopback);
    }
    REQUIRE(loopback != 0);
    DONE(consonance_engine_input(chat, &input));
    DONE(consonance_engine_output(chat, &output));
    DONE(consonance_player_stream(chat, loopback, &player));
    DONE(consonance_echo_reference(chat, 0, &reference));
    /* The first allocation is not a callback's: it shows that the allocator counts. */
    is_counting = 1;
    free(malloc(1));
    is_counting = 0;
    REQUIRE(count == 2);
    count = 0;
    for (size_t callback = 0; callback < 300; callback++) {
        size_t frames = callback % 3 == 0 ? 8192 : 64 + callback;
        uint32_t rate = callback % 2 == 0 ? 44100 : 48000;
        is_counting = 1;
        consonance_error errors[] = {
            consonance_push(input, samples, frames, 2, rate),
            consonance_push(reference, samples, frames, 2, rate),
            consonance_pull(output, samples, frames, 2, rate),
            consonance_pull(player, samples, frames, 1, rate),
            consonance_pull(0, samples, frames, 1, rate),
            consonance_pull(output, samples, frames, 0, rate),
        };
        is_counting = 0;
        for (int row = 0; row < 4; row++) REQUIRE(errors[row] == CONSONANCE_ERROR_NONE);
        REQUIRE(errors[4] == CONSONANCE_ERROR_HANDLE && errors[5] == CONSONANCE_ERROR_VALUE);
        pause_ms(5);
    }
    REQUIRE(count == 0);
    DONE(consonance_destroy(chat));
    return 0;
}
