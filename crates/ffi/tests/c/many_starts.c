/* Starts and ends a hundred chats: nothing is left behind, and no end takes long. */
#include "common.h"

#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
    double longest = 0;
    for (int round = 0; round < 100; round++) {
        uint64_t chat = start("offline:", "Alice"), stream;
        DONE(consonance_engine_output(chat, &stream));
        double begin = seconds();
        DONE(consonance_destroy(chat));
        double took = seconds() - begin;
        longest = took > longest ? took : longest;
    }
    printf("the longest end took %.1f ms\n", longest * 1e3);
    /* Waiting for a goodbye would take seconds. */
    REQUIRE(longest < 1);
    pause_ms(500);
    return 0;
}
