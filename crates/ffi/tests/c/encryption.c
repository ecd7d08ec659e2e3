/* Players of an encrypted session: how the members see each other, and what is silent without encryption. */
#include "engine.h"

enum { KEYS_MAX = 4096 };

struct bytes {
    uint8_t content[KEYS_MAX];
    size_t length;
};

static struct player alice, bob;
static char status_texts[128], member_texts[4096];

static uint64_t start_host(int32_t encryption, char *address, size_t capacity)
{
    uint64_t host;
    consonance_host_settings settings = {.size = sizeof settings, .listen = "127.0.0.1:0"};
    settings.encryption = encryption;
    DONE(consonance_host_start(&settings, &host));
    DONE(consonance_get_host_address(host, address, capacity, NULL));
    return host;
}

static consonance_encryption_settings settings_with(const struct bytes *identity, const struct bytes *known)
{
    consonance_encryption_settings settings = {.size = sizeof settings, .account = "", .purpose = ""};
    settings.policy = CONSONANCE_ENCRYPTION_POLICY_REQUIRED;
    settings.identity = identity->content;
    settings.identity_length = (uint32_t)identity->length;
    settings.known_keys = known->content;
    settings.known_keys_length = (uint32_t)known->length;
    settings.constant_rate = 1;
    return settings;
}

static struct bytes new_identity(void)
{
    struct bytes key;
    DONE(consonance_generate_identity(key.content, sizeof key.content, &key.length));
    REQUIRE(key.length == 64);
    return key;
}

static consonance_encryption_status encryption_of(uint64_t chat)
{
    consonance_encryption_status status = {.size = sizeof status};
    DONE(consonance_get_encryption(chat, &status, status_texts, sizeof status_texts, NULL));
    return status;
}

/* The member of this name in the last status; its texts are valid until the next call. */
static consonance_encrypted_member member(uint64_t chat, const char *name)
{
    consonance_encrypted_member found = {.size = sizeof found};
    for (uint32_t index = 0;; index++) {
        DONE(consonance_get_encrypted_member(chat, index, &found, member_texts, sizeof member_texts, NULL));
        if (strcmp(found.name, name) == 0) return found;
    }
}

/* How often Bob's encryption has entered each state, and how often a key has changed, of verified players too. */
static struct { int states[3], changed, verified_changed, rooms_changed, reports_refused; } bobs_events;

/* Takes all pending events. */
static void drain_encryption(struct player *player)
{
    char texts[2048];
    consonance_event event = {.size = sizeof event};
    while (consonance_poll_event(player->chat, &event, texts, sizeof texts, NULL) == CONSONANCE_ERROR_NONE) {
        REQUIRE(event.kind != CONSONANCE_EVENT_TYPE_ENDED);
        player->has_heard_speech |= event.kind == CONSONANCE_EVENT_TYPE_STARTED_SPEAKING;
        if (event.kind != CONSONANCE_EVENT_TYPE_ENCRYPTION || player != &bob) continue;
        REQUIRE(strlen(event.text) > 0);
        if (event.detail == CONSONANCE_ENCRYPTION_EVENT_STATE) {
            REQUIRE(event.number <= 2 && event.player == 0);
            bobs_events.states[event.number]++;
        }
        if (event.detail == CONSONANCE_ENCRYPTION_EVENT_ROOMS_CHANGED) {
            REQUIRE((event.player != 0) == (strlen(event.name) > 0));
            bobs_events.rooms_changed += event.player != 0;
        }
        REQUIRE(event.detail != CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN);
        if (event.detail == CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED) {
            REQUIRE(strstr(event.text, "takes no reports") != NULL);
            bobs_events.reports_refused++;
        }
        if (event.detail == CONSONANCE_ENCRYPTION_EVENT_KEY_CHANGED) {
            REQUIRE(strcmp(event.name, "Alice") == 0 && event.player != 0);
            bobs_events.changed++;
            bobs_events.verified_changed += (int)event.number;
        }
    }
}

static void run_beat(void)
{
    drain_encryption(&alice), drain_encryption(&bob);
    run_audio(&alice), run_audio(&bob);
    pause_ms(10);
}

#define UNTIL(condition)                                                                             \
    do {                                                                                             \
        int beat = 0;                                                                                \
        for (; beat < BEATS_MAX && !(condition); beat++) run_beat();                                 \
        REQUIRE(beat < BEATS_MAX);                                                                   \
    } while (0)

static int are_both_members(uint64_t chat)
{
    consonance_encryption_status status = encryption_of(chat);
    return status.state == CONSONANCE_ENCRYPTION_STATE_ON && status.member_count == 2;
}

static void join_both(const char *address, const consonance_encryption_settings *of_alice,
    const consonance_encryption_settings *of_bob)
{
    memset(&bobs_events, 0, sizeof bobs_events);
    alice = with_streams(start_encrypted(address, "Alice", 1, of_alice));
    bob = with_streams(start_encrypted(address, "Bob", 0, of_bob));
    send_as_recorded(&alice);
}

static void leave_both(void)
{
    DONE(consonance_destroy(alice.chat));
    DONE(consonance_destroy(bob.chat));
}

static int is_confirmed(uint64_t chat, const char *name)
{
    (void)encryption_of(chat);
    return member(chat, name).is_confirmed == 1;
}

static int is_encrypted(uint64_t chat, const char *room)
{
    uint32_t encrypted = 77;
    DONE(consonance_is_room_encrypted(chat, room, &encrypted));
    REQUIRE(encrypted <= 1);
    return (int)encrypted;
}

/* Bob hears the speech, and both see the same safety numbers. */
static void members_see_each_other(void)
{
    char words[64], digits[64], group[64];
    UNTIL(are_both_members(alice.chat) && are_both_members(bob.chat));
    alice.speaks = 1;
    UNTIL(bob.left + bob.right > 100 && bob.has_heard_speech);
    alice.speaks = 0;
    UNTIL(bobs_events.states[CONSONANCE_ENCRYPTION_STATE_ON] == 1);
    UNTIL(is_confirmed(bob.chat, "Alice"));

    consonance_encryption_status status = encryption_of(bob.chat);
    REQUIRE(status.is_member == 1 && status.packets_opened > 0);
    REQUIRE(status.packets_received_plain == 0);
    REQUIRE(strlen(status.safety_words) == 6 * 5 + 5 && strlen(status.safety_digits) == 30 + 5);
    strcpy(group, status.safety_words);
    REQUIRE(strcmp(encryption_of(alice.chat).safety_words, group) == 0);

    consonance_encrypted_member other = member(bob.chat, "Alice");
    REQUIRE(other.is_local == 0 && other.epoch == status.epoch);
    REQUIRE(other.player != 0 && other.player != 1 && strlen(other.key) == 64);
    REQUIRE(strcmp(other.account, "alice@example.com") == 0 && strcmp(other.purpose, "") == 0);
    REQUIRE(other.account_proof == CONSONANCE_ACCOUNT_PROOF_CLAIMED);
    strcpy(words, other.safety_words), strcpy(digits, other.safety_digits);
    other = member(alice.chat, "Bob");
    REQUIRE(strcmp(other.safety_words, words) == 0 && strcmp(other.safety_digits, digits) == 0);
    REQUIRE(strcmp(words, group) == 0);
    REQUIRE(strcmp(other.purpose, "recording") == 0);
    other = member(bob.chat, "Bob");
    REQUIRE(other.is_local == 1 && other.player == 1 && strcmp(other.safety_words, "") == 0);
    REQUIRE(other.recognition == CONSONANCE_RECOGNITION_LOCAL);
    REQUIRE(is_encrypted(bob.chat, "lobby"));
}

/* Bob sees Alice as verified once the numbers are compared, not before. Returns the keys that he knows then. */
static struct bytes verify_alice(void)
{
    struct bytes known;
    consonance_encrypted_member other = member(bob.chat, "Alice");
    REQUIRE(other.recognition == CONSONANCE_RECOGNITION_NEW);
    REQUIRE(consonance_verify_member(bob.chat, other.player, "00") == CONSONANCE_ERROR_VALUE);
    DONE(consonance_verify_member(bob.chat, other.player, other.key));
    REQUIRE(consonance_verify_member(bob.chat, 1, member(bob.chat, "Bob").key) == CONSONANCE_ERROR_PLAYER);
    (void)encryption_of(bob.chat);
    REQUIRE(member(bob.chat, "Alice").recognition == CONSONANCE_RECOGNITION_VERIFIED);
    REQUIRE(consonance_get_known_keys(bob.chat, NULL, 0, &known.length) == CONSONANCE_ERROR_BUFFER_TOO_SMALL);
    REQUIRE(known.length > 64 && known.length < KEYS_MAX);
    DONE(consonance_get_known_keys(bob.chat, known.content, sizeof known.content, &known.length));
    return known;
}

/* Bob has heard Alice and can report her, but this host keeps no reports; Alice has no key to seal one to. */
static void report_alice(void)
{
    static char long_reason[1002];
    memset(long_reason, 'x', 1001);
    uint32_t player = member(bob.chat, "Alice").player, unknown = 77;
    REQUIRE(consonance_report_players(alice.chat, NULL, 0, "shouting") == CONSONANCE_ERROR_VALUE);
    REQUIRE(consonance_report_players(bob.chat, &unknown, 1, "shouting") == CONSONANCE_ERROR_PLAYER);
    REQUIRE(consonance_report_players(bob.chat, &player, 1, long_reason) == CONSONANCE_ERROR_VALUE);
    DONE(consonance_report_players(bob.chat, &player, 1, "shouting"));
    UNTIL(bobs_events.reports_refused == 1);
}

/* Saved keys are recognized; a different key of a verified player is reported. */
static void where_encryption_is_required(void)
{
    char address[256];
    uint64_t host = start_host(CONSONANCE_SESSION_ENCRYPTION_REQUIRED, address, sizeof address);
    const struct bytes none = {.length = 0};
    struct bytes key = new_identity(), other_key = new_identity(), known;
    REQUIRE(memcmp(key.content, other_key.content, key.length) != 0);
    consonance_encryption_settings of_alice = settings_with(&key, &none), of_bob = settings_with(&none, &none);
    of_alice.account = "alice@example.com";
    of_bob.purpose = "recording";
    /* The public key of RFC 7748, section 6.1. */
    of_bob.moderators_key = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    of_alice.sign_speech = 1;
    join_both(address, &of_alice, &of_bob);
    members_see_each_other();
    known = verify_alice();
    report_alice();
    leave_both();

    of_bob = settings_with(&none, &known);
    join_both(address, &of_alice, &of_bob);
    UNTIL(are_both_members(bob.chat));
    REQUIRE(member(bob.chat, "Alice").recognition == CONSONANCE_RECOGNITION_VERIFIED);
    REQUIRE(bobs_events.changed == 0);
    leave_both();

    of_alice.identity = other_key.content;
    join_both(address, &of_alice, &of_bob);
    UNTIL(are_both_members(bob.chat) && bobs_events.changed == 1);
    consonance_encrypted_member changed = member(bob.chat, "Alice");
    REQUIRE(changed.recognition == CONSONANCE_RECOGNITION_CHANGED && changed.was_verified == 1);
    REQUIRE(bobs_events.verified_changed == 1);
    leave_both();
    DONE(consonance_destroy(host));
}

/* A room is not encrypted while a player without encryption listens to it, and an event says by which client. */
static void where_encryption_is_allowed(void)
{
    char address[256];
    uint64_t host = start_host(CONSONANCE_SESSION_ENCRYPTION_ALLOWED, address, sizeof address);
    consonance_encryption_settings never = {.size = sizeof never, .policy = CONSONANCE_ENCRYPTION_POLICY_NEVER};
    join_both(address, NULL, NULL);
    UNTIL(are_both_members(alice.chat) && are_both_members(bob.chat));
    REQUIRE(is_encrypted(bob.chat, "lobby") && bobs_events.rooms_changed == 0);
    uint64_t old = start_encrypted(address, "Old", 0, &never);
    UNTIL(bobs_events.rooms_changed == 1);
    REQUIRE(!is_encrypted(bob.chat, "lobby") && is_encrypted(bob.chat, "cave"));
    DONE(consonance_destroy(old));
    UNTIL(is_encrypted(bob.chat, "lobby"));
    leave_both();
    DONE(consonance_destroy(host));
}

/* A player that requires encryption sends nothing in a session without it. */
static void where_encryption_is_off(void)
{
    char address[256];
    uint64_t host = start_host(CONSONANCE_SESSION_ENCRYPTION_OFF, address, sizeof address);
    consonance_encryption_settings strict = {.size = sizeof strict};
    strict.policy = CONSONANCE_ENCRYPTION_POLICY_REQUIRED;
    join_both(address, &strict, NULL);
    UNTIL(others(alice.chat) == 1 && others(bob.chat) == 1);
    alice.speaks = 1;
    UNTIL(encryption_of(alice.chat).packets_without_keys > 50);
    consonance_encryption_status status = encryption_of(alice.chat);
    REQUIRE(status.state == CONSONANCE_ENCRYPTION_STATE_WAITING && status.is_member == 0);
    REQUIRE(status.packets_sent_plain == 0 && strcmp(status.safety_words, "") == 0);
    REQUIRE(bob.left + bob.right == 0 && !bob.has_heard_speech);
    REQUIRE(encryption_of(bob.chat).state == CONSONANCE_ENCRYPTION_STATE_OFF);
    REQUIRE(!is_encrypted(alice.chat, "lobby"));
    leave_both();
    DONE(consonance_destroy(host));
}

int main(void)
{
    where_encryption_is_required();
    where_encryption_is_allowed();
    where_encryption_is_off();
    return 0;
}
