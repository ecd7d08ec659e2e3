/* Joins a session, lists its players, and plays a tone to them: `hello quic://… Alice`. */
#include <math.h>
#include <stdio.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

#include "consonance.h"

/* The audio callback of an engine, here run 100 times a second. */
static void audio_callback(uint64_t microphone, uint64_t loudspeaker)
{
    static float phase;
    float recorded[480], played[2 * 480];
    for (int frame = 0; frame < 480; frame++) {
        recorded[frame] = 0.25f * sinf(phase += 6.2832f * 440 / 48000);
    }
    consonance_push(microphone, recorded, 480, 1, 48000);
    consonance_pull(loudspeaker, played, 480, 2, 48000);
}

static void pause_ms(unsigned milliseconds)
{
#ifdef _WIN32
    Sleep(milliseconds);
#else
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000L}, NULL);
#endif
}

static int failed(const char *what)
{
    char words[512] = "";
    consonance_last_error(words, sizeof words, NULL);
    fprintf(stderr, "%s: %s\n", what, words);
    return 1;
}

int main(int count, char **arguments)
{
    const char *rooms[] = {"lobby"};
    uint64_t chat, microphone, loudspeaker;
    consonance_settings settings = {.size = sizeof settings};
    if (count != 3 || consonance_settings_init(&settings) != CONSONANCE_ERROR_NONE) {
        fprintf(stderr, "usage: hello ADDRESS NAME\n");
        return 2;
    }
    settings.address = arguments[1];
    settings.name = arguments[2];
    settings.sound = CONSONANCE_SOUND_ENGINE;
    settings.listen_rooms = settings.speak_rooms = rooms;
    settings.listen_room_count = settings.speak_room_count = 1;
    if (consonance_start(&settings, &chat) != 0 || consonance_engine_input(chat, &microphone) != 0
        || consonance_engine_output(chat, &loudspeaker) != 0) {
        return failed("cannot start");
    }
    for (int beat = 0; beat < 500; beat++) {
        char texts[2048];
        consonance_event event = {.size = sizeof event};
        while (consonance_poll_event(chat, &event, texts, sizeof texts, NULL) == CONSONANCE_ERROR_NONE) {
            if (event.kind == CONSONANCE_EVENT_TYPE_PLAYER_JOINED) printf("%s is here\n", event.name);
            if (event.kind == CONSONANCE_EVENT_TYPE_STARTED_SPEAKING) printf("%s speaks\n", event.name);
            if (event.kind == CONSONANCE_EVENT_TYPE_ENDED) return failed(event.text);
        }
        audio_callback(microphone, loudspeaker);
        pause_ms(10);
    }
    consonance_destroy(chat);
    return 0;
}
