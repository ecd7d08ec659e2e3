/* Two chats and a host over a network of the game's own: here, arrays in memory. */
#include "common.h"

enum { CHATS = 2, BEATS_MAX = 2000 };

static uint64_t host, chats[CHATS];
static unsigned connects, packets, fan_outs;

/* A chat's number on the game's network. */
static uint64_t peer_of(int chat)
{
    return 100 + (uint64_t)chat;
}

/* Carries out a chat's actions: its packets go to the host. */
static void pump_chat(int number)
{
    uint8_t bytes[1024];
    size_t length;
    consonance_packet packet = {.size = sizeof packet};
    consonance_error got;
    while ((got = consonance_packet_out(chats[number], &packet, bytes, sizeof bytes, &length)) == 0) {
        switch (packet.action) {
        case CONSONANCE_PACKET_ACTION_CONNECT:
            connects++;
            DONE(consonance_host_peer(host, peer_of(number), 1));
            DONE(consonance_link(chats[number], 1));
            break;
        case CONSONANCE_PACKET_ACTION_SEND:
            packets++;
            DONE(consonance_host_packet_in(host, peer_of(number), packet.reliable, bytes, length));
            break;
        default:
            DONE(consonance_host_peer(host, peer_of(number), 0));
        }
    }
    REQUIRE(got == CONSONANCE_ERROR_NOTHING);
}

/* Delivers the host's packets to the chats. */
static void pump_host(void)
{
    uint8_t bytes[1024];
    size_t length;
    consonance_packet packet = {.size = sizeof packet};
    consonance_error got;
    /* A buffer that is too small does not lose the packet. */
    while ((got = consonance_host_packet_out(host, &packet, bytes, 1, &length)) != CONSONANCE_ERROR_NOTHING) {
        REQUIRE(got == CONSONANCE_ERROR_BUFFER_TOO_SMALL && length > 1);
        DONE(consonance_host_packet_out(host, &packet, bytes, sizeof bytes, &length));
        REQUIRE(packet.action == CONSONANCE_PACKET_ACTION_SEND);
        int number = (int)(packet.peer - peer_of(0));
        REQUIRE(number >= 0 && number < CHATS);
        fan_outs++;
        DONE(consonance_packet_in(chats[number], packet.reliable, bytes, length));
    }
}

int main(void)
{
    static const char *names[CHATS] = {"Alice", "Bob"}, *rooms[] = {"lobby"};
    consonance_host_settings hosting = {.size = sizeof hosting, .reliable_bytes = 1024, .unreliable_bytes = 1024};
    char address[256];
    size_t length;
    DONE(consonance_host_start(&hosting, &host));
    DONE(consonance_get_host_address(host, address, sizeof address, &length));
    REQUIRE(length == 0);
    for (int number = 0; number < CHATS; number++) {
        consonance_settings settings = {.size = sizeof settings};
        DONE(consonance_settings_init(&settings));
        settings.name = names[number];
        settings.sound = CONSONANCE_SOUND_NONE;
        settings.network = CONSONANCE_NETWORK_HOSTED;
        settings.listen_rooms = rooms;
        settings.listen_room_count = 1;
        DONE(consonance_start(&settings, &chats[number]));
    }
    int has_heard = 0;
    for (int beat = 0; beat < BEATS_MAX && !has_heard; beat++) {
        for (int number = 0; number < CHATS; number++) pump_chat(number);
        pump_host();
        consonance_status status = {.size = sizeof status};
        DONE(consonance_get_status(chats[0], &status));
        // A player can appear before its rooms are known; texts that are sent until then do not reach it.
        if (status.other_players == 1 && beat % 20 == 0) {
            DONE(consonance_send_text_to_room(chats[0], "lobby", "hello", NULL));
        }
        char texts[2048];
        consonance_event event = {.size = sizeof event};
        while (consonance_poll_event(chats[1], &event, texts, sizeof texts, NULL) == 0) {
            has_heard |= event.kind == CONSONANCE_EVENT_TYPE_TEXT && strcmp(event.text, "hello") == 0;
        }
        pause_ms(5);
    }
    printf("%u connects, %u packets to the host, %u from it\n", connects, packets, fan_outs);
    REQUIRE(has_heard && connects == CHATS && packets > 0 && fan_outs > 0);
    for (int number = 0; number < CHATS; number++) DONE(consonance_destroy(chats[number]));
    DONE(consonance_destroy(host));
    return 0;
}
