/* An engine's sound: what a player's microphone records, and what its loudspeaker plays. */
#ifndef ENGINE_H
#define ENGINE_H

#include "common.h"

enum { FRAMES = 480, BEATS_MAX = 2000 };

struct player {
    uint64_t chat, microphone, loudspeaker;
    int speaks, has_heard_speech, texts;
    /* The sum of the squares of the samples played so far. */
    double left, right;
};

static inline struct player with_streams(uint64_t chat)
{
    struct player player = {.chat = chat};
    DONE(consonance_engine_input(player.chat, &player.microphone));
    DONE(consonance_engine_output(player.chat, &player.loudspeaker));
    return player;
}

static inline struct player join(const char *address, const char *name)
{
    return with_streams(start(address, name));
}

/* Sends all recorded audio unprocessed. */
static inline void send_as_recorded(const struct player *player)
{
    consonance_voice_settings voice = {.size = sizeof voice};
    DONE(consonance_get_voice_settings(player->chat, &voice));
    voice.activation = CONSONANCE_ACTIVATION_OPEN;
    voice.noise = voice.echo = 0;
    voice.automatic_gain = 0;
    DONE(consonance_set_voice_settings(player->chat, &voice));
}

/* Records and plays 10 ms. */
static inline void run_audio(struct player *player)
{
    static float phase;
    float recorded[FRAMES] = {0}, played[2 * FRAMES];
    for (int frame = 0; frame < FRAMES && player->speaks; frame++) {
        /* Syllables, four each second, so that it counts as speech: a carrier that swells and fades. */
        recorded[frame] = 0.3f * sinf(phase) * (sinf(phase / 110) + 1) / 2;
        phase += 6.2832f * 440 / 48000;
    }
    DONE(consonance_push(player->microphone, recorded, FRAMES, 1, 48000));
    DONE(consonance_pull(player->loudspeaker, played, FRAMES, 2, 48000));
    for (int frame = 0; frame < FRAMES; frame++) {
        player->left += (double)played[2 * frame] * played[2 * frame];
        player->right += (double)played[2 * frame + 1] * played[2 * frame + 1];
    }
}

/* Takes all pending events. */
static inline void drain(struct player *player)
{
    char texts[2048];
    consonance_event event = {.size = sizeof event};
    consonance_error got;
    while ((got = consonance_poll_event(player->chat, &event, texts, sizeof texts, NULL)) == 0) {
        REQUIRE(event.kind != CONSONANCE_EVENT_TYPE_ENDED);
        player->has_heard_speech |= event.kind == CONSONANCE_EVENT_TYPE_STARTED_SPEAKING;
        if (event.kind == CONSONANCE_EVENT_TYPE_TEXT) {
            player->texts += strcmp(event.name, "Alice") == 0 && strcmp(event.text, "hello") == 0
                && strcmp(event.room, "lobby") == 0;
        }
    }
    REQUIRE(got == CONSONANCE_ERROR_NOTHING);
}

static inline uint32_t others(uint64_t chat)
{
    consonance_status status = {.size = sizeof status};
    DONE(consonance_get_status(chat, &status));
    return status.other_players;
}

#endif
