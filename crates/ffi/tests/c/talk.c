/* A host and two chats: what the engine of one records, the engine of the other plays. `talk FOLDER` records it. */
#include "common.h"

enum { FRAMES = 480, BEATS_MAX = 2000 };

struct player {
    uint64_t chat, microphone, loudspeaker;
    int speaks, has_heard_speech, texts;
    double heard;
};

static struct player join(const char *address, const char *name)
{
    struct player player = {.chat = start(address, name)};
    DONE(consonance_engine_input(player.chat, &player.microphone));
    DONE(consonance_engine_output(player.chat, &player.loudspeaker));
    return player;
}

static void run_audio(struct player *player)
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
    for (int sample = 0; sample < 2 * FRAMES; sample++) {
        player->heard += (double)played[sample] * played[sample];
    }
}

static void drain(struct player *player)
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

static uint32_t others(uint64_t chat)
{
    consonance_status status = {.size = sizeof status};
    DONE(consonance_get_status(chat, &status));
    return status.other_players;
}

int main(int arguments, char **argument)
{
    char address[256], why[8192];
    uint64_t host, recording;
    REQUIRE(arguments == 2);
    consonance_host_settings settings = {.size = sizeof settings, .listen = "127.0.0.1:0"};
    DONE(consonance_host_start(&settings, &host));
    DONE(consonance_get_host_address(host, address, sizeof address, NULL));

    struct player alice = join(address, "Alice"), bob = join(address, "Bob");
    consonance_voice_settings voice = {.size = sizeof voice};
    DONE(consonance_get_voice_settings(alice.chat, &voice));
    voice.activation = CONSONANCE_ACTIVATION_OPEN;
    voice.noise = voice.echo = 0;
    DONE(consonance_set_voice_settings(alice.chat, &voice));

    int beat = 0;
    for (; beat < BEATS_MAX && (others(alice.chat) == 0 || others(bob.chat) == 0); beat++) {
        drain(&alice), drain(&bob);
        pause_ms(10);
    }
    REQUIRE(beat < BEATS_MAX);
    DONE(consonance_send_text_to_room(alice.chat, "lobby", "hello", NULL));
    DONE(consonance_record(bob.chat, argument[1], &recording));
    alice.speaks = 1;
    for (beat = 0; beat < BEATS_MAX && (bob.heard < 3000 || bob.texts == 0); beat++) {
        drain(&alice), drain(&bob);
        run_audio(&alice), run_audio(&bob);
        pause_ms(10);
    }
    uint32_t of_alice;
    DONE(consonance_find_player(bob.chat, "Alice", &of_alice));
    DONE(consonance_get_why(bob.chat, of_alice, why, sizeof why, NULL));
    printf("after %d beats Bob has heard %.1f and %d texts; %s\n", beat, bob.heard, bob.texts, why);
    REQUIRE(bob.heard >= 3000 && bob.has_heard_speech && bob.texts == 1 && alice.heard == 0);

    consonance_speaker_statistics arrived = {.size = sizeof arrived};
    DONE(consonance_get_speaker_statistics(bob.chat, of_alice, &arrived));
    REQUIRE(arrived.played > 0);
    DONE(consonance_destroy(recording));
    DONE(consonance_destroy(alice.chat));
    DONE(consonance_destroy(bob.chat));
    REQUIRE(consonance_pull(bob.loudspeaker, NULL, 0, 2, 48000) == CONSONANCE_ERROR_HANDLE);
    DONE(consonance_destroy(host));
    return 0;
}
