/* A voice engine of the game's own: it writes packets of the protocol itself, and a link carries them to a server. */
#include "common.h"

enum { BEATS_MAX = 2000, HANDSHAKE_REQUEST = 4, HANDSHAKE_RESPONSE = 5 };

/* "Alice", with Opus in frames of 20 ms at 48 kHz, wants to join. */
static const uint8_t handshake[] = {0x8B, 0xC7, HANDSHAKE_REQUEST, 1, 0, 0, 0x03, 0xC0, 0, 0, 0xBB, 0x80, 0, 6, 'A',
                                    'l',  'i',  'c',               'e'};

/* The link's next action. */
static int32_t next_action(uint64_t link, uint8_t *bytes, size_t capacity, size_t *length)
{
    for (int beat = 0; beat < BEATS_MAX; beat++) {
        consonance_packet packet = {.size = sizeof packet};
        consonance_error got = consonance_packet_out(link, &packet, bytes, capacity, length);
        if (got == CONSONANCE_ERROR_NONE) return packet.action;
        REQUIRE(got == CONSONANCE_ERROR_NOTHING);
        pause_ms(5);
    }
    return -1;
}

int main(void)
{
    uint64_t host, link;
    uint8_t bytes[1024];
    char address[256];
    size_t length;
    consonance_host_settings hosting = {.size = sizeof hosting, .listen = "127.0.0.1:0"};
    DONE(consonance_host_start(&hosting, &host));
    DONE(consonance_get_host_address(host, address, sizeof address, NULL));
    DONE(consonance_connect(address, &link));
    REQUIRE(next_action(link, bytes, sizeof bytes, &length) == CONSONANCE_PACKET_ACTION_CONNECTED);
    printf("%.*s\n", (int)length, (const char *)bytes);
    DONE(consonance_packet_in(link, 1, handshake, sizeof handshake));
    REQUIRE(next_action(link, bytes, sizeof bytes, &length) == CONSONANCE_PACKET_ACTION_RECEIVED);
    REQUIRE(length > 7 && bytes[0] == 0x8B && bytes[1] == 0xC7 && bytes[2] == HANDSHAKE_RESPONSE);
    /* The link ends with its server. */
    DONE(consonance_destroy(host));
    int32_t action;
    while ((action = next_action(link, bytes, sizeof bytes, &length)) == CONSONANCE_PACKET_ACTION_RECEIVED) continue;
    REQUIRE(action == CONSONANCE_PACKET_ACTION_DISCONNECTED && length > 0);
    printf("%.*s\n", (int)length, (const char *)bytes);
    DONE(consonance_destroy(link));
    REQUIRE(consonance_packet_in(link, 1, handshake, sizeof handshake) == CONSONANCE_ERROR_HANDLE);
    REQUIRE(consonance_connect("nowhere", &link) == CONSONANCE_ERROR_START && link == 0);
    return 0;
}
