/*
 * A moderator and a player, at a server that knows both by their join tokens:
 * `moderation ADDRESS TOKEN_OF_ANN TOKEN_OF_BOB`.
 */
#include "common.h"

/* What has happened to each player, newest last. */
struct told {
    uint64_t chat;
    int count;
    consonance_event events[64];
    char texts[64][1024];
};

static uint64_t admitted(const char *address, const char *name, const char *token)
{
    static const char *rooms[] = {"lobby"};
    uint64_t chat = 0;
    consonance_settings settings = {.size = sizeof settings};
    DONE(consonance_settings_init(&settings));
    settings.address = address;
    settings.name = name;
    settings.join_token = token;
    settings.sound = CONSONANCE_SOUND_NONE;
    settings.listen_rooms = rooms;
    settings.listen_room_count = 1;
    DONE(consonance_start(&settings, &chat));
    return chat;
}

static void drain(struct told *told)
{
    for (;;) {
        REQUIRE(told->count < 64);
        consonance_event *event = &told->events[told->count];
        char *texts = told->texts[told->count];
        event->size = sizeof *event;
        consonance_error error = consonance_poll_event(told->chat, event, texts, sizeof told->texts[0], NULL);
        if (error == CONSONANCE_ERROR_NOTHING) return;
        DONE(error);
        told->count++;
    }
}

/* The first event of this kind and detail, once it is there; later ones are found again after `forget`. */
static const consonance_event *wait_for(struct told *told, int32_t kind, int32_t detail)
{
    for (int beat = 0; beat < 12000; beat++) {
        drain(told);
        for (int index = 0; index < told->count; index++) {
            const consonance_event *event = &told->events[index];
            if (event->kind == kind && event->detail == detail) return event;
        }
        pause_ms(10);
    }
    fprintf(stderr, "event %d with detail %d never came\n", (int)kind, (int)detail);
    exit(1);
}

static uint32_t known(struct told *told, const char *name)
{
    uint32_t player = 0;
    for (int beat = 0; beat < 12000; beat++) {
        drain(told);
        if (consonance_find_player(told->chat, name, &player) == CONSONANCE_ERROR_NONE) return player;
        pause_ms(10);
    }
    fprintf(stderr, "%s never came\n", name);
    exit(1);
}

static void forget(struct told *told)
{
    drain(told);
    told->count = 0;
}

static void moderate(struct told *by, uint32_t player, uint32_t action, uint32_t seconds, int32_t answer)
{
    int is_move = action == CONSONANCE_MODERATOR_ACTION_MOVE;
    forget(by);
    const char *from = is_move ? "lobby" : NULL, *to = is_move ? "jail" : NULL;
    DONE(consonance_moderate(by->chat, player, action, seconds, from, to, "why"));
    const consonance_event *event = wait_for(by, CONSONANCE_EVENT_TYPE_MODERATED, answer);
    REQUIRE(event->player == player && event->number == action);
}

int main(int arguments, char **argument)
{
    REQUIRE(arguments == 4);
    static struct told ann, bob;
    ann.chat = admitted(argument[1], "Ann", argument[2]);
    bob.chat = admitted(argument[1], "Bob", argument[3]);
    uint32_t bob_number = known(&ann, "Bob"), ann_number = known(&bob, "Ann");
    wait_for(&bob, CONSONANCE_EVENT_TYPE_PLAYERS_SYNCED, 0);

    moderate(&bob, ann_number, CONSONANCE_MODERATOR_ACTION_BAN, 0, CONSONANCE_MODERATOR_ANSWER_NOT_MODERATOR);
    moderate(&ann, bob_number, CONSONANCE_MODERATOR_ACTION_MUTE, 60, CONSONANCE_MODERATOR_ANSWER_DONE);
    const consonance_event *event =
        wait_for(&bob, CONSONANCE_EVENT_TYPE_OPERATOR, CONSONANCE_OPERATOR_DECISION_RESTRICTED);
    REQUIRE(event->number == CONSONANCE_RESTRICTION_MUTED && strstr(event->text, "why") != NULL);
    moderate(&ann, bob_number, CONSONANCE_MODERATOR_ACTION_UNMUTE, 0, CONSONANCE_MODERATOR_ANSWER_DONE);
    event = wait_for(&bob, CONSONANCE_EVENT_TYPE_OPERATOR, CONSONANCE_OPERATOR_DECISION_LIFTED);
    REQUIRE(event->number == CONSONANCE_RESTRICTION_MUTED);
    moderate(&ann, bob_number, CONSONANCE_MODERATOR_ACTION_MOVE, 0, CONSONANCE_MODERATOR_ANSWER_DONE);
    event = wait_for(&bob, CONSONANCE_EVENT_TYPE_OPERATOR, CONSONANCE_OPERATOR_DECISION_MOVED);
    REQUIRE(strcmp(event->name, "lobby") == 0 && strcmp(event->room, "jail") == 0);
    moderate(&ann, bob_number, CONSONANCE_MODERATOR_ACTION_MOVE, 0, CONSONANCE_MODERATOR_ANSWER_NOT_IN_ROOM);

    moderate(&ann, bob_number, CONSONANCE_MODERATOR_ACTION_BAN, 3600, CONSONANCE_MODERATOR_ANSWER_DONE);
    event = wait_for(&bob, CONSONANCE_EVENT_TYPE_ENDED, 0);
    REQUIRE(strcmp(event->name, "banned") == 0 && strstr(event->text, "why") != NULL);
    DONE(consonance_destroy(bob.chat));
    bob.count = 0;
    bob.chat = admitted(argument[1], "Bob", argument[3]);
    event = wait_for(&bob, CONSONANCE_EVENT_TYPE_ENDED, 0);
    REQUIRE(strcmp(event->name, "banned") == 0 && strstr(event->text, "why") != NULL);

    DONE(consonance_set_token(ann.chat, "red", 1));
    event = wait_for(&ann, CONSONANCE_EVENT_TYPE_TOKEN_ADDED, 0);
    REQUIRE(strcmp(event->text, "red") == 0);
    DONE(consonance_set_token(ann.chat, "red", 0));
    wait_for(&ann, CONSONANCE_EVENT_TYPE_TOKEN_REMOVED, 0);
    DONE(consonance_destroy(ann.chat));
    DONE(consonance_destroy(bob.chat));
    return 0;
}
