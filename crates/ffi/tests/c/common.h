/* Shared by the test programs. */
#ifndef COMMON_H
#define COMMON_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consonance.h"
#include "pause.h"

/* Ends the program with the library's error message if the condition does not hold. */
#define REQUIRE(condition)                                                                   \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            char words[1024] = "";                                                           \
            consonance_last_error(words, sizeof words, NULL);                                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, words);       \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

#define DONE(call) REQUIRE((call) == CONSONANCE_ERROR_NONE)

/*
 * A chat with an engine's sound, which listens to the room "lobby", and speaks in it (1) or not (0); encrypted as the
 * settings say, which may be null.
 */
static inline uint64_t start_encrypted(const char *address, const char *name, uint32_t speak_room_count,
    const consonance_encryption_settings *encryption)
{
    static const char *rooms[] = {"lobby"};
    uint64_t chat = 0;
    consonance_settings settings = {.size = sizeof settings};
    DONE(consonance_settings_init(&settings));
    settings.address = address;
    settings.name = name;
    settings.sound = CONSONANCE_SOUND_ENGINE;
    settings.listen_rooms = settings.speak_rooms = rooms;
    settings.listen_room_count = 1;
    settings.speak_room_count = speak_room_count;
    settings.encryption = encryption;
    DONE(consonance_start(&settings, &chat));
    return chat;
}

static inline uint64_t start_with(const char *address, const char *name, uint32_t speak_room_count)
{
    return start_encrypted(address, name, speak_room_count, NULL);
}

/* Like that, and it also speaks there. */
static inline uint64_t start(const char *address, const char *name)
{
    return start_with(address, name, 1);
}

#endif
