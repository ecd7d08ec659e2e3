/* Joins a session and talks with another player there, possibly on another machine: `join ADDRESS NAME`. */
#include "engine.h"

/* The other player measures speech over a second, so this one keeps talking after it has been heard. */
enum { BEATS_MIN = 300 };

int main(int arguments, char **argument)
{
    REQUIRE(arguments == 3);
    struct player player = join(argument[1], argument[2]);
    send_as_recorded(&player);
    player.speaks = 1;
    consonance_status status = {.size = sizeof status};
    int beats_together = 0, beats_heard = 0, has_said = 0;
    /* Silence before the other player arrives is not counted. */
    while (beats_together < BEATS_MAX && beats_heard < BEATS_MIN) {
        drain(&player);
        DONE(consonance_get_status(player.chat, &status));
        if (status.connection == CONSONANCE_CONNECTION_CONNECTED && !has_said) {
            has_said = printf("joined\n");
            fflush(stdout);
        }
        run_audio(&player);
        beats_together += status.other_players > 0;
        beats_heard += player.has_heard_speech && player.left + player.right > 100;
        pause_ms(10);
    }
    printf("after %d beats with another player %.1f was heard\n", beats_together, player.left + player.right);
    REQUIRE(beats_heard == BEATS_MIN);
    DONE(consonance_stop(player.chat));
    do {
        DONE(consonance_get_status(player.chat, &status));
        pause_ms(10);
    } while (status.connection != CONSONANCE_CONNECTION_ENDED);
    DONE(consonance_destroy(player.chat));
    return 0;
}
