/* A client of `cargo xtask check clients` in C, for Linux and Windows; see crates/e2e/src/clients/outside.rs. */
#include <stdint.h>

#ifndef _WIN32
#include <poll.h>
#include <unistd.h>
#endif

#include "common.h"

enum { RATE_HZ = 48000, BLOCK_SAMPLES = RATE_HZ / 100, BLOCK_MS = 10 };

/* The recorded words: mono samples. */
struct words {
    float *samples;
    size_t count;
};

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    if (!value) {
        fprintf(stderr, "%s is not set\n", name);
        exit(1);
    }
    return value;
}

static uint32_t little_endian(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Reads a WAV file with one channel of 16 bits. */
static struct words read_words(const char *path)
{
    static unsigned char file[1 << 22];
    struct words words = {NULL, 0};
    FILE *wav = fopen(path, "rb");
    REQUIRE(wav);
    const size_t length = fread(file, 1, sizeof file, wav);
    fclose(wav);
    size_t at = 12;
    while (at + 8 <= length && memcmp(file + at, "data", 4) != 0) {
        at += 8 + little_endian(file + at + 4);
    }
    REQUIRE(at + 8 <= length);
    words.count = little_endian(file + at + 4) / 2;
    REQUIRE(words.count <= (length - at - 8) / 2);
    words.samples = malloc((words.count + 1) * sizeof *words.samples);
    REQUIRE(words.samples);
    for (size_t sample = 0; sample < words.count; sample++) {
        const unsigned char *two = file + at + 8 + 2 * sample;
        words.samples[sample] = (float)(int16_t)(two[0] | two[1] << 8) / 32768;
    }
    return words;
}

#ifdef _WIN32
static uint64_t now_ms(void)
{
    return GetTickCount64();
}

static volatile LONG waiting_lines, input_has_ended;

/* Only the line `say` is ever sent. */
static DWORD WINAPI read_lines(void *unused)
{
    char line[256];
    (void)unused;
    while (fgets(line, sizeof line, stdin)) {
        InterlockedIncrement(&waiting_lines);
    }
    InterlockedExchange(&input_has_ended, 1);
    return 0;
}

/* The number of lines read; -1 at the end of the input. A thread reads, as Wine cannot poll a Linux pipe. */
static int lines_read(void)
{
    static HANDLE reader;
    if (!reader) {
        REQUIRE(reader = CreateThread(NULL, 0, read_lines, NULL, 0, NULL));
    }
    const LONG lines = InterlockedExchange(&waiting_lines, 0);
    return lines == 0 && input_has_ended ? -1 : (int)lines;
}
#else
static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The number of lines read; -1 at the end of the input. Only the line `say` is ever sent. */
static int lines_read(void)
{
    char buffer[256];
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (poll(&input, 1, 0) <= 0) {
        return 0;
    }
    const ssize_t got = read(0, buffer, sizeof buffer);
    int lines = got > 0 ? 0 : -1;
    for (ssize_t at = 0; at < got; at++) {
        lines += buffer[at] == '\n';
    }
    return lines;
}
#endif

static void say(const char *line)
{
    printf("%s\n", line);
    fflush(stdout);
}

/* Turns the capture chain off, so that the words are sent unchanged. */
static void send_as_recorded(uint64_t chat)
{
    consonance_voice_settings voice = {.size = sizeof voice};
    DONE(consonance_get_voice_settings(chat, &voice));
    voice.activation = CONSONANCE_ACTIVATION_PUSH_TO_TALK;
    voice.noise = voice.echo = 0;
    voice.automatic_gain = 0;
    DONE(consonance_set_voice_settings(chat, &voice));
}

static uint64_t join(const char *room)
{
    uint64_t chat = 0;
    consonance_settings settings = {.size = sizeof settings};
    DONE(consonance_settings_init(&settings));
    settings.address = variable("CONSONANCE_ADDRESS");
    settings.name = variable("PLAYER_NAME");
    settings.sound = CONSONANCE_SOUND_ENGINE;
    settings.listen_rooms = settings.speak_rooms = &room;
    settings.listen_room_count = settings.speak_room_count = 1;
    DONE(consonance_start(&settings, &chat));
    send_as_recorded(chat);
    return chat;
}

static void take_events(uint64_t chat)
{
    char texts[2048];
    consonance_event event = {.size = sizeof event};
    consonance_error got;
    while ((got = consonance_poll_event(chat, &event, texts, sizeof texts, NULL)) == CONSONANCE_ERROR_NONE) {
        REQUIRE(event.kind != CONSONANCE_EVENT_TYPE_ENDED);
        if (event.kind == CONSONANCE_EVENT_TYPE_PLAYERS_SYNCED) {
            say("ready");
        }
    }
    REQUIRE(got == CONSONANCE_ERROR_NOTHING);
}

/* Writes 10 ms of playback to the file, as the mean of both channels. */
static void hear(uint64_t loudspeaker, FILE *heard)
{
    float played[2 * BLOCK_SAMPLES], mono[BLOCK_SAMPLES];
    DONE(consonance_pull(loudspeaker, played, BLOCK_SAMPLES, 2, RATE_HZ));
    for (int sample = 0; sample < BLOCK_SAMPLES; sample++) {
        mono[sample] = (played[2 * sample] + played[2 * sample + 1]) / 2;
    }
    REQUIRE(fwrite(mono, sizeof *mono, BLOCK_SAMPLES, heard) == BLOCK_SAMPLES);
    fflush(heard);
}

int main(void)
{
    const struct words words = read_words(variable("WORDS"));
    FILE *heard = fopen(variable("HEARD"), "ab");
    REQUIRE(heard);
    const uint64_t chat = join(variable("ROOM"));
    uint64_t microphone = 0, loudspeaker = 0;
    DONE(consonance_engine_input(chat, &microphone));
    DONE(consonance_engine_output(chat, &loudspeaker));
    size_t position = words.count;
    const uint64_t start_ms = now_ms();
    for (uint64_t block = 0;; block++) {
        while (now_ms() - start_ms < block * BLOCK_MS) {
            pause_ms(1);
        }
        take_events(chat);
        const int lines = lines_read();
        if (lines < 0) {
            break;
        }
        position = lines > 0 ? 0 : position;
        const int is_speaking = position < words.count;
        float spoken[BLOCK_SAMPLES] = {0};
        for (int sample = 0; sample < BLOCK_SAMPLES && position < words.count; sample++) {
            spoken[sample] = words.samples[position++];
        }
        DONE(consonance_set_push_to_talk(chat, (uint32_t)is_speaking));
        DONE(consonance_push(microphone, spoken, BLOCK_SAMPLES, 1, RATE_HZ));
        if (is_speaking && position >= words.count) {
            say("said");
        }
        hear(loudspeaker, heard);
    }
    DONE(consonance_destroy(chat));
    fclose(heard);
    free(words.samples);
    return 0;
}
