/* A player's place, volume and mute state can be heard in the engine's output. */
#include "engine.h"

/* Two syllables, after one that is skipped: settings take effect while earlier sound is still on its way. */
enum { BEFORE_BEATS = 25, WINDOW_BEATS = 50, WINDOWS_MAX = 20 };

static struct player alice, bob;
static uint32_t of_alice, channel;

/* Plays two syllables; `bob.left` and `bob.right` hold the power that was heard. */
static void hear(void)
{
    for (int beat = -BEFORE_BEATS; beat < WINDOW_BEATS; beat++) {
        if (beat == 0) bob.left = bob.right = 0;
        drain(&alice), drain(&bob);
        run_audio(&alice), run_audio(&bob);
        pause_ms(10);
    }
}

/* On a busy machine, not every beat is on time. */
#define HEARS(condition)                                                                             \
    do {                                                                                             \
        int windows = 0;                                                                             \
        do hear();                                                                                   \
        while (!(condition) && ++windows < WINDOWS_MAX);                                             \
        printf("%s: %.3f left, %.3f right\n", #condition, bob.left, bob.right);                      \
        REQUIRE(windows < WINDOWS_MAX);                                                              \
    } while (0)

/* Both ears, with an unchanged voice: the carrier's power, times 3/8 for its envelope. */
static const double plain = 2 * 480 * WINDOW_BEATS * (0.3 * 0.3 / 2) * 0.375;

static int is_about(double heard, double expected)
{
    return heard > 0.7 * expected && heard < 1.4 * expected;
}

static int is_silent(void)
{
    return bob.left + bob.right < 1e-6 * plain;
}

static void alice_is_at(float x, float y, float z)
{
    consonance_position position = {.player = of_alice, .is_known = 1, .position = {x, y, z}};
    DONE(consonance_set_positions(bob.chat, &position, 1));
}

static void bob_looks(float x, float y, float z)
{
    consonance_pose pose = {.forward = {x, y, z}, .up = {0, 1, 0}};
    DONE(consonance_set_listener(bob.chat, &pose));
}

static void start_talking(uint64_t *host)
{
    char address[256];
    consonance_host_settings hosting = {.size = sizeof hosting, .listen = "127.0.0.1:0"};
    DONE(consonance_host_start(&hosting, host));
    DONE(consonance_get_host_address(*host, address, sizeof address, NULL));
    alice = with_streams(start_with(address, "Alice", 0)), bob = join(address, "Bob");
    DONE(consonance_speak_in_room(alice.chat, "lobby", NULL, &channel));
    send_as_recorded(&alice);
    alice.speaks = 1;
    for (int beat = 0; beat < BEATS_MAX && of_alice == 0; beat++) {
        (void)consonance_find_player(bob.chat, "Alice", &of_alice);
        pause_ms(10);
    }
    REQUIRE(of_alice != 0);
    HEARS(is_about(bob.left + bob.right, plain) && is_about(bob.left, bob.right));
}

static void loudness(void)
{
    DONE(consonance_set_player_volume(bob.chat, of_alice, 0.5f));
    HEARS(is_about(bob.left + bob.right, plain / 4));
    DONE(consonance_set_player_volume(bob.chat, of_alice, 0));
    HEARS(is_silent());
    DONE(consonance_set_player_volume(bob.chat, of_alice, 1));
    HEARS(is_about(bob.left + bob.right, plain));

    DONE(consonance_set_player_muted(bob.chat, of_alice, 1));
    HEARS(is_silent());
    DONE(consonance_set_player_muted(bob.chat, of_alice, 0));
    HEARS(is_about(bob.left + bob.right, plain));

    DONE(consonance_set_player_auto_volume(bob.chat, of_alice, 1));
    HEARS(bob.left + bob.right < 0.75 * plain);
    DONE(consonance_set_player_auto_volume(bob.chat, of_alice, 0));
    HEARS(is_about(bob.left + bob.right, plain));
    DONE(consonance_set_player_auto_volume(bob.chat, of_alice, -1));
    DONE(consonance_set_player_noise_gate(bob.chat, of_alice, 1));
    HEARS(is_about(bob.left + bob.right, plain));
    DONE(consonance_set_player_noise_gate(bob.chat, of_alice, 0));

    DONE(consonance_set_deafened(bob.chat, 1));
    HEARS(is_silent());
    DONE(consonance_set_deafened(bob.chat, 0));
    HEARS(is_about(bob.left + bob.right, plain));

    DONE(consonance_set_muted(alice.chat, 1));
    HEARS(is_silent());
    DONE(consonance_set_muted(alice.chat, 0));
    HEARS(is_about(bob.left + bob.right, plain));
}

/* Alice sends a tone: behind a wall it is quieter, and with full occlusion it is silent. */
static void effects(void)
{
    DONE(consonance_set_player_effects(bob.chat, of_alice, "wall gain-db=-40 cutoff-hz=100"));
    HEARS(bob.left + bob.right < plain / 100);
    DONE(consonance_set_room_effects(bob.chat, "lobby", "wall"));
    DONE(consonance_set_player_effects(bob.chat, of_alice, NULL));
    HEARS(bob.left + bob.right < plain / 4 && bob.left + bob.right > 0);
    DONE(consonance_set_room_effects(bob.chat, "lobby", ""));
    HEARS(is_about(bob.left + bob.right, plain));
}

/* A channel that is not positional has no direction, even where places are known. */
static void places(void)
{
    bob_looks(0, 0, 1);
    alice_is_at(-3, 0, 0);
    HEARS(is_about(bob.left, bob.right) && is_about(bob.left + bob.right, plain));
    consonance_channel_settings positional = {
        .size = sizeof positional, .positional = 1, .priority = -1, .amplitude = 1,
    };
    DONE(consonance_set_channel(alice.chat, channel, &positional));

    HEARS(bob.left > 4 * bob.right && bob.right > 0);
    alice_is_at(3, 0, 0);
    HEARS(bob.right > 4 * bob.left && bob.left > 0);
    bob_looks(0, 0, -1);
    HEARS(bob.left > 4 * bob.right && bob.right > 0);
    DONE(consonance_set_headphones(bob.chat, 1));
    /* Low tones bend around a head: both ears hear them. */
    HEARS(bob.left > 1.2 * bob.right && bob.left < 3 * bob.right);
    DONE(consonance_set_headphones(bob.chat, 0));
}

static void distances(void)
{
    consonance_spatial_settings spatial = {
        .size = sizeof spatial, .mode = 1, .roll_off = 2, .min_distance = 1, .max_distance = 50,
    };
    DONE(consonance_set_spatial(bob.chat, &spatial));
    alice_is_at(0, 0, -1);
    HEARS(is_about(bob.left, bob.right) && bob.left + bob.right > 0.5 * plain);
    double close_by = bob.left + bob.right;
    alice_is_at(0, 0, -10);
    HEARS(bob.left + bob.right < 0.05 * close_by && !is_silent());
    spatial.roll_off = 0;
    DONE(consonance_set_spatial(bob.chat, &spatial));
    HEARS(is_about(bob.left + bob.right, close_by));
    alice_is_at(0, 0, -60);
    HEARS(is_silent());
    consonance_position unknown = {.player = of_alice};
    DONE(consonance_set_positions(bob.chat, &unknown, 1));
    HEARS(is_about(bob.left + bob.right, plain));
}

int main(void)
{
    uint64_t host;
    start_talking(&host);
    loudness();
    effects();
    places();
    distances();
    DONE(consonance_destroy(alice.chat));
    DONE(consonance_destroy(bob.chat));
    DONE(consonance_destroy(host));
    return 0;
}
