/* Every function with every kind of wrong argument: an error, and never a crash. */
#include "common.h"

#define FAILS(error, call)                                                                     \
    do {                                                                                       \
        consonance_error got = (call);                                                         \
        if (got != CONSONANCE_ERROR_##error) {                                                 \
            fprintf(stderr, "%s:%d: %s is %d\n", __FILE__, __LINE__, #call, (int)got);         \
            exit(1);                                                                           \
        }                                                                                      \
    } while (0)

static const char not_utf8[] = "lobby\xff";
static char text[4096];

/* All functions that take a chat, with an invalid handle. */
static void without_chat(uint64_t chat)
{
    size_t length;
    uint32_t id;
    uint64_t handle;
    float samples[2] = {0};
    consonance_status status = {.size = sizeof status};
    consonance_event event = {.size = sizeof event};
    consonance_packet packet = {.size = sizeof packet};
    consonance_channel_settings channel = {.size = sizeof channel};
    consonance_channel_state state = {.size = sizeof state};
    consonance_player_info player = {.size = sizeof player};
    consonance_position position = {.player = 1};
    consonance_pose pose = {.forward = {0, 0, 1}};
    consonance_spatial_settings spatial = {.size = sizeof spatial};
    consonance_statistics statistics = {.size = sizeof statistics};
    consonance_speaker_statistics speaker = {.size = sizeof speaker};
    consonance_voice_settings voice = {.size = sizeof voice};
    consonance_encryption_status encryption = {.size = sizeof encryption};
    consonance_encrypted_member member = {.size = sizeof member};

    FAILS(HANDLE, consonance_stop(chat));
    FAILS(HANDLE, consonance_get_status(chat, &status));
    FAILS(HANDLE, consonance_poll_event(chat, &event, text, sizeof text, &length));
    FAILS(HANDLE, consonance_listen(chat, "lobby", 1));
    FAILS(HANDLE, consonance_speak_in_room(chat, "lobby", NULL, &id));
    FAILS(HANDLE, consonance_speak_to_player(chat, 1, NULL, &id));
    FAILS(HANDLE, consonance_set_channel(chat, 1, &channel));
    FAILS(HANDLE, consonance_close_channel(chat, 1));
    FAILS(HANDLE, consonance_get_channel_state(chat, 1, &state));
    FAILS(HANDLE, consonance_set_muted(chat, 1));
    FAILS(HANDLE, consonance_set_push_to_talk(chat, 1));
    FAILS(HANDLE, consonance_set_priority(chat, 1));
    FAILS(HANDLE, consonance_set_token(chat, "red", 1));
    if (chat != 0) FAILS(HANDLE, consonance_get_voice_settings(chat, &voice));
    FAILS(HANDLE, consonance_set_voice_settings(chat, &voice));
    FAILS(HANDLE, consonance_set_deafened(chat, 1));
    FAILS(HANDLE, consonance_set_player_volume(chat, 1, 1));
    FAILS(HANDLE, consonance_set_player_muted(chat, 1, 1));
    FAILS(HANDLE, consonance_set_player_effects(chat, 1, "radio"));
    FAILS(HANDLE, consonance_set_room_effects(chat, "lobby", "radio"));
    FAILS(HANDLE, consonance_set_player_auto_volume(chat, 1, 1));
    FAILS(VALUE, consonance_set_player_auto_volume(chat, 1, 2));
    FAILS(HANDLE, consonance_set_player_noise_gate(chat, 1, 1));
    FAILS(HANDLE, consonance_set_positions(chat, &position, 1));
    FAILS(HANDLE, consonance_set_listener(chat, &pose));
    FAILS(HANDLE, consonance_set_share_position(chat, 1));
    FAILS(HANDLE, consonance_set_spatial(chat, &spatial));
    FAILS(HANDLE, consonance_set_headphones(chat, 1));
    FAILS(HANDLE, consonance_get_players(chat, &id, 1, &length));
    FAILS(HANDLE, consonance_get_player_info(chat, 1, &player));
    FAILS(HANDLE, consonance_get_player_name(chat, 1, text, sizeof text, &length));
    FAILS(HANDLE, consonance_find_player(chat, "Alice", &id));
    FAILS(HANDLE, consonance_send_text_to_room(chat, "lobby", "hello", &handle));
    FAILS(HANDLE, consonance_send_text_to_player(chat, 1, "hello", &handle));
    FAILS(HANDLE, consonance_select_device(chat, 0, "microphone"));
    FAILS(HANDLE, consonance_engine_output(chat, &handle));
    FAILS(HANDLE, consonance_engine_input(chat, &handle));
    FAILS(HANDLE, consonance_player_stream(chat, 1, &handle));
    FAILS(HANDLE, consonance_echo_reference(chat, 0, &handle));
    FAILS(HANDLE, consonance_get_statistics(chat, &statistics));
    FAILS(HANDLE, consonance_get_speaker_statistics(chat, 1, &speaker));
    FAILS(HANDLE, consonance_get_why(chat, 1, text, sizeof text, &length));
    FAILS(HANDLE, consonance_get_encryption(chat, &encryption, text, sizeof text, &length));
    FAILS(HANDLE, consonance_get_encrypted_member(chat, 0, &member, text, sizeof text, &length));
    FAILS(HANDLE, consonance_is_room_encrypted(chat, "lobby", &id));
    FAILS(HANDLE, consonance_verify_member(chat, 1, "00"));
    FAILS(HANDLE, consonance_get_known_keys(chat, (uint8_t *)text, sizeof text, &length));
    FAILS(HANDLE, consonance_moderate(chat, 1, 0, 0, NULL, NULL, NULL));
    FAILS(HANDLE, consonance_record(chat, "folder", &handle));
    FAILS(HANDLE, consonance_link(chat, 1));
    FAILS(HANDLE, consonance_packet_in(chat, 1, (const uint8_t *)"packet", 6));
    FAILS(HANDLE, consonance_packet_out(chat, &packet, (uint8_t *)text, sizeof text, &length));
    FAILS(HANDLE, consonance_pull(chat, samples, 1, 2, 48000));
    FAILS(HANDLE, consonance_push(chat, samples, 1, 2, 48000));
    FAILS(HANDLE, consonance_get_host_address(chat, text, sizeof text, &length));
    FAILS(HANDLE, consonance_host_peer(chat, 1, 1));
    FAILS(HANDLE, consonance_host_packet_in(chat, 1, 1, (const uint8_t *)"packet", 6));
    FAILS(HANDLE, consonance_host_packet_out(chat, &packet, (uint8_t *)text, sizeof text, &length));
    if (chat != 0) FAILS(HANDLE, consonance_destroy(chat));
}

/* Null where a pointer is required. */
static void without_pointers(uint64_t chat)
{
    uint64_t handle;
    FAILS(NULL, consonance_settings_init(NULL));
    FAILS(NULL, consonance_start(NULL, &handle));
    FAILS(NULL, consonance_get_status(chat, NULL));
    FAILS(NULL, consonance_listen(chat, NULL, 1));
    FAILS(NULL, consonance_speak_in_room(chat, NULL, NULL, &(uint32_t){0}));
    FAILS(NULL, consonance_speak_in_room(chat, "lobby", NULL, NULL));
    FAILS(NULL, consonance_speak_to_player(chat, 1, NULL, NULL));
    FAILS(NULL, consonance_set_channel(chat, 1, NULL));
    FAILS(NULL, consonance_get_channel_state(chat, 1, NULL));
    FAILS(NULL, consonance_set_token(chat, NULL, 1));
    FAILS(NULL, consonance_get_voice_settings(chat, NULL));
    FAILS(NULL, consonance_set_voice_settings(chat, NULL));
    FAILS(NULL, consonance_set_positions(chat, NULL, 1));
    FAILS(NULL, consonance_set_spatial(chat, NULL));
    FAILS(NULL, consonance_get_players(chat, NULL, 100, &(size_t){0}));
    FAILS(NULL, consonance_get_players(chat, &(uint32_t){0}, 1, NULL));
    FAILS(NULL, consonance_get_player_info(chat, 1, NULL));
    FAILS(NULL, consonance_get_player_name(chat, 1, NULL, 100, NULL));
    FAILS(NULL, consonance_find_player(chat, NULL, &(uint32_t){0}));
    FAILS(NULL, consonance_find_player(chat, "Alice", NULL));
    FAILS(NULL, consonance_send_text_to_room(chat, NULL, "hello", NULL));
    FAILS(NULL, consonance_send_text_to_room(chat, "lobby", NULL, NULL));
    FAILS(NULL, consonance_send_text_to_player(chat, 1, NULL, NULL));
    FAILS(NULL, consonance_engine_output(chat, NULL));
    FAILS(NULL, consonance_engine_input(chat, NULL));
    FAILS(NULL, consonance_player_stream(chat, 1, NULL));
    FAILS(NULL, consonance_echo_reference(chat, 1, NULL));
    FAILS(NULL, consonance_get_statistics(chat, NULL));
    FAILS(NULL, consonance_get_speaker_statistics(chat, 1, NULL));
    FAILS(NULL, consonance_host_start(NULL, &handle));
    FAILS(NULL, consonance_connect(NULL, &handle));
    FAILS(NULL, consonance_connect("quic://127.0.0.1:7777/main", NULL));
    FAILS(NULL, consonance_get_encryption(chat, NULL, text, sizeof text, NULL));
    FAILS(NULL, consonance_is_room_encrypted(chat, NULL, &(uint32_t){0}));
    FAILS(NULL, consonance_is_room_encrypted(chat, "lobby", NULL));
    FAILS(NULL, consonance_verify_member(chat, 1, NULL));
    FAILS(NULL, consonance_get_known_keys(chat, NULL, 1000, NULL));
    FAILS(NULL, consonance_generate_identity(NULL, 1000, &(size_t){0}));
    FAILS(NULL, consonance_generate_identity((uint8_t *)text, sizeof text, NULL));
    FAILS(NULL, consonance_moderate(chat, 1, 3, 0, NULL, NULL, NULL));
    FAILS(NULL, consonance_record(chat, NULL, &handle));
    FAILS(NULL, consonance_record(chat, "folder", NULL));
    FAILS(NULL, consonance_last_error(NULL, 1000, NULL));
    /* Optional. */
    FAILS(NONE, consonance_set_listener(chat, NULL));
    FAILS(NONE, consonance_set_positions(chat, NULL, 0));
}

/* Values that do not exist. */
static void with_wrong_values(uint64_t chat)
{
    uint32_t id;
    size_t length;
    consonance_channel_settings channel = {.size = sizeof channel, .priority = 4};
    consonance_spatial_settings spatial = {.size = sizeof spatial, .mode = 3};
    consonance_voice_settings voice = {.size = sizeof voice};
    DONE(consonance_get_voice_settings(chat, &voice));

    FAILS(NOT_UTF8, consonance_listen(chat, not_utf8, 1));
    FAILS(NOT_UTF8, consonance_connect(not_utf8, &(uint64_t){0}));
    FAILS(NOT_UTF8, consonance_speak_in_room(chat, not_utf8, NULL, &id));
    FAILS(NOT_UTF8, consonance_send_text_to_room(chat, "lobby", not_utf8, NULL));
    FAILS(NOT_UTF8, consonance_find_player(chat, not_utf8, &id));
    FAILS(NOT_UTF8, consonance_set_token(chat, not_utf8, 1));
    FAILS(VALUE, consonance_speak_in_room(chat, "lobby", &channel, &id));
    REQUIRE(id == 0);
    FAILS(VALUE, consonance_set_channel(chat, 1, &channel));
    channel = (consonance_channel_settings){.size = sizeof channel, .amplitude = 2.5f};
    FAILS(VALUE, consonance_speak_in_room(chat, "lobby", &channel, &id));
    channel = (consonance_channel_settings){.size = sizeof channel, .fade_in_seconds = nanf("")};
    FAILS(VALUE, consonance_speak_in_room(chat, "lobby", &channel, &id));
    FAILS(VALUE, consonance_set_spatial(chat, &spatial));
    FAILS(VALUE, consonance_set_priority(chat, -1));
    FAILS(VALUE, consonance_set_headphones(chat, 2));
    FAILS(VALUE, consonance_set_player_volume(chat, 1, 5));
    FAILS(VALUE, consonance_set_player_volume(chat, 1, nanf("")));
    FAILS(VALUE, consonance_set_player_effects(chat, 1, "raido"));
    FAILS(VALUE, consonance_set_room_effects(chat, "lobby", "radio strength=loud"));
    voice.frame_ms = 21;
    FAILS(VALUE, consonance_set_voice_settings(chat, &voice));
    FAILS(VALUE, consonance_set_positions(chat, (consonance_position *)text, (size_t)-1));
    FAILS(PLAYER, consonance_get_player_info(chat, 77, &(consonance_player_info){.size = 44}));
    FAILS(PLAYER, consonance_get_player_name(chat, 77, text, sizeof text, &length));
    FAILS(PLAYER, consonance_find_player(chat, "no such player", &id));
    FAILS(NOT_UTF8, consonance_is_room_encrypted(chat, not_utf8, &id));
    FAILS(PLAYER, consonance_verify_member(chat, 1, "00"));
    FAILS(PLAYER, consonance_verify_member(chat, 77, "00"));
    FAILS(NOTHING, consonance_get_encrypted_member(chat, 0xffffffff, NULL, NULL, 0, NULL));
    FAILS(BUFFER_TOO_SMALL, consonance_generate_identity((uint8_t *)text, 63, &length));
    REQUIRE(length == 64);
    FAILS(VALUE, consonance_moderate(chat, 1, 5, 0, NULL, NULL, NULL));
    FAILS(PLAYER, consonance_moderate(chat, 77, 0, 0, NULL, NULL, NULL));
    FAILS(START, consonance_record(chat, "/dev/null/folder", &(uint64_t){0}));
    FAILS(UNSUPPORTED, consonance_link(chat, 1));
    FAILS(UNSUPPORTED, consonance_select_device(chat, 0, NULL));
    FAILS(BUFFER_TOO_SMALL, consonance_get_player_name(chat, 1, text, 2, &length));
    REQUIRE(length == strlen("Alice"));
    FAILS(BUFFER_TOO_SMALL, consonance_get_players(chat, &id, 0, &length));
    /* Closing an unknown channel has no effect. */
    FAILS(NONE, consonance_close_channel(chat, 4711));
}

/* Struct sizes: of a future version, of no version, of an older one. */
static void with_wrong_sizes(uint64_t chat)
{
    struct {
        consonance_channel_settings known;
        uint32_t unknown;
    } newer = {.known = {.size = sizeof newer, .priority = -1, .amplitude = 1}};
    consonance_status status = {.size = 0};
    uint32_t id;
    FAILS(STRUCT_SIZE, consonance_get_status(chat, &status));
    status.size = 1u << 31;
    FAILS(STRUCT_SIZE, consonance_get_status(chat, &status));
    status.size = 8;
    status.other_players = 77;
    FAILS(NONE, consonance_get_status(chat, &status));
    REQUIRE(status.size == 8 && status.other_players == 77);
    FAILS(NONE, consonance_speak_in_room(chat, "lobby", &newer.known, &id));
    newer.unknown = 1;
    FAILS(STRUCT_SIZE, consonance_speak_in_room(chat, "lobby", &newer.known, &id));
}

static void with_wrong_streams(uint64_t chat)
{
    uint64_t input, output;
    float samples[4];
    DONE(consonance_engine_input(chat, &input));
    DONE(consonance_engine_output(chat, &output));
    FAILS(UNSUPPORTED, consonance_pull(input, samples, 2, 2, 48000));
    FAILS(UNSUPPORTED, consonance_push(output, samples, 2, 2, 48000));
    FAILS(NULL, consonance_pull(output, NULL, 2, 2, 48000));
    FAILS(VALUE, consonance_pull(output, samples, 2, 0, 48000));
    FAILS(VALUE, consonance_pull(output, samples, (size_t)-1, 64, 48000));
    FAILS(VALUE, consonance_pull(output, (float *)(text + 1), 2, 2, 48000));
    samples[0] = 1;
    FAILS(VALUE, consonance_pull(output, samples, 2, 2, 1));
    REQUIRE(samples[0] == 0);
    FAILS(VALUE, consonance_pull(output, samples, 2, 2, 7999));
    FAILS(VALUE, consonance_pull(output, samples, 2, 2, 192001));
    FAILS(VALUE, consonance_pull(output, samples, 65537, 2, 48000));
    FAILS(VALUE, consonance_push(input, samples, 2, 2, 0));
    FAILS(VALUE, consonance_push(input, samples, 65537, 2, 48000));
    FAILS(NONE, consonance_pull(output, samples, 2, 2, 8000));
    FAILS(NONE, consonance_pull(output, samples, 2, 2, 192000));
    REQUIRE(samples[0] == 0);
    DONE(consonance_destroy(input));
    without_chat(input);
}

static void with_settings_that_cannot_start(void)
{
    uint64_t handle = 77;
    consonance_settings settings = {.size = sizeof settings};
    consonance_host_settings host = {.size = sizeof host, .listen = "somewhere"};
    DONE(consonance_settings_init(&settings));
    FAILS(NULL, consonance_start(&settings, &handle));
    settings.address = "quic://";
    FAILS(START, consonance_start(&settings, &handle));
    settings.address = "offline:";
    settings.name = not_utf8;
    FAILS(NOT_UTF8, consonance_start(&settings, &handle));
    settings.name = "";
    FAILS(START, consonance_start(&settings, &handle));
    settings.name = "Alice";
    settings.sound = 7;
    FAILS(VALUE, consonance_start(&settings, &handle));
    settings.sound = 0;
    settings.listen_room_count = 1;
    FAILS(NULL, consonance_start(&settings, &handle));
    settings.listen_room_count = 0;
    settings.network = CONSONANCE_NETWORK_HOSTED;
    settings.reliable_bytes = 10;
    FAILS(VALUE, consonance_start(&settings, &handle));
    FAILS(VALUE, consonance_host_start(&host, &handle));
    host = (consonance_host_settings){.size = sizeof host, .listen = "127.0.0.1:0", .encryption = 3};
    FAILS(VALUE, consonance_host_start(&host, &handle));
    REQUIRE(handle == 0);
}

static void with_keys_that_cannot_be_read(void)
{
    uint64_t handle = 77;
    static const uint8_t nonsense[] = "00 seen Alice\n";
    consonance_encryption_settings encryption = {.size = 0};
    consonance_settings settings = {.size = sizeof settings};
    DONE(consonance_settings_init(&settings));
    settings.address = "offline:";
    settings.sound = CONSONANCE_SOUND_NONE;
    settings.encryption = &encryption;
    FAILS(STRUCT_SIZE, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .policy = 3};
    FAILS(VALUE, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .identity_length = 64};
    FAILS(NULL, consonance_start(&settings, &handle));
    encryption.identity = nonsense;
    encryption.identity_length = sizeof nonsense;
    FAILS(VALUE, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .known_keys = nonsense};
    encryption.known_keys_length = sizeof nonsense - 1;
    FAILS(VALUE, consonance_start(&settings, &handle));
    encryption.known_keys = (const uint8_t *)not_utf8;
    encryption.known_keys_length = sizeof not_utf8;
    FAILS(NOT_UTF8, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .attestation_keys = "{}"};
    FAILS(VALUE, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .moderators_key = "85"};
    FAILS(VALUE, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .key_log = "no/such/folder/keys"};
    FAILS(START, consonance_start(&settings, &handle));
    encryption = (consonance_encryption_settings){.size = sizeof encryption, .account = not_utf8};
    FAILS(NOT_UTF8, consonance_start(&settings, &handle));
    REQUIRE(handle == 0);
}

int main(void)
{
    uint64_t chat = start("offline:", "Alice");
    static const uint64_t none[] = {0, 1, 0xffffffffffffffff, 0x0100000000000000};
    REQUIRE(consonance_abi_version() == CONSONANCE_ABI);
    REQUIRE(strlen(consonance_version()) >= 5 && strlen(consonance_error_text(12345)) > 0);
    for (int error = -20; error < 3; error++) REQUIRE(consonance_error_text(error) != NULL);
    for (size_t row = 0; row < sizeof none / sizeof none[0]; row++) without_chat(none[row]);
    without_pointers(chat);
    with_wrong_values(chat);
    with_wrong_sizes(chat);
    with_settings_that_cannot_start();
    with_keys_that_cannot_be_read();
    with_wrong_streams(chat);
    DONE(consonance_destroy(0));
    DONE(consonance_destroy(chat));
    without_chat(chat);
    return 0;
}
