/* A host and two chats: one engine plays the speech that the other records. `talk FOLDER` writes a recording. */
#include "engine.h"

int main(int arguments, char **argument)
{
    char address[256], why[8192];
    uint64_t host, recording;
    REQUIRE(arguments == 2);
    consonance_host_settings settings = {.size = sizeof settings, .listen = "127.0.0.1:0"};
    DONE(consonance_host_start(&settings, &host));
    DONE(consonance_get_host_address(host, address, sizeof address, NULL));

    struct player alice = join(address, "Alice"), bob = join(address, "Bob");
    send_as_recorded(&alice);

    int beat = 0;
    for (; beat < BEATS_MAX && (others(alice.chat) == 0 || others(bob.chat) == 0); beat++) {
        drain(&alice), drain(&bob);
        pause_ms(10);
    }
    REQUIRE(beat < BEATS_MAX);
    DONE(consonance_send_text_to_room(alice.chat, "lobby", "hello", NULL));
    DONE(consonance_record(bob.chat, argument[1], &recording));
    alice.speaks = 1;
    for (beat = 0; beat < BEATS_MAX && (bob.left + bob.right < 3000 || bob.texts == 0); beat++) {
        drain(&alice), drain(&bob);
        run_audio(&alice), run_audio(&bob);
        pause_ms(10);
    }
    uint32_t of_alice;
    DONE(consonance_find_player(bob.chat, "Alice", &of_alice));
    DONE(consonance_get_why(bob.chat, of_alice, why, sizeof why, NULL));
    printf("after %d beats Bob has heard %.1f and %d texts; %s\n", beat, bob.left + bob.right,
        bob.texts, why);
    REQUIRE(bob.left + bob.right >= 3000 && bob.has_heard_speech && bob.texts == 1);
    REQUIRE(alice.left + alice.right == 0);

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
