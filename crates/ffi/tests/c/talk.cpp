// The C++ wrapper objects: their destructors end what they started, and errors are thrown.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "consonance.hpp"

namespace {

void require(bool condition, const char* what)
{
    if (!condition) {
        std::fprintf(stderr, "not so: %s\n", what);
        std::exit(1);
    }
}

std::uint64_t start_and_end()
{
    const char* rooms[] = {"lobby"};
    consonance_settings settings = consonance::settings();
    settings.address = "offline:";
    settings.name = "Alice";
    settings.sound = CONSONANCE_SOUND_ENGINE;
    settings.listen_rooms = settings.speak_rooms = rooms;
    settings.listen_room_count = settings.speak_room_count = 1;
    consonance::Chat chat(settings);
    consonance::Stream loudspeaker = chat.engine_output();
    float samples[960] = {1.0F};
    loudspeaker.pull(samples, 480, 2, 48000);
    require(samples[0] == 0.0F, "silence is pulled");

    std::uint32_t loopback = 0;
    for (int beat = 0; beat < 500 && loopback == 0; beat++) {
        while (const auto event = chat.poll_event()) {
            if (event->kind == CONSONANCE_EVENT_TYPE_PLAYER_JOINED && event->name == "Loopback") {
                loopback = event->player;
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    require(loopback != 0 && chat.player_name(loopback) == "Loopback", "a player joined");
    require(chat.status().other_players == 1, "it is in the session");
    require(chat.why(loopback).find("Loopback") != std::string::npos, "why names the player");

    std::vector<consonance::EncryptedMember> members(1);
    const consonance::Encryption encryption = chat.encryption(members);
    require(encryption.state == CONSONANCE_ENCRYPTION_STATE_OFF && members.empty(), "offline nothing is encrypted");
    require(encryption.safety_words.empty() && !chat.is_room_encrypted("lobby"), "there is no group");
    require(chat.known_keys().empty() && consonance::generate_identity().size() == 64, "keys have their lengths");

    consonance::Chat moved = std::move(chat);
    return moved.handle();
}

}  // namespace

int main()
{
    const std::uint64_t ended = start_and_end();
    require(consonance_stop(ended) == CONSONANCE_ERROR_HANDLE, "the chat has ended with its object");
    consonance_settings settings = consonance::settings();
    settings.address = "nowhere";
    try {
        consonance::Chat chat(settings);
        require(false, "a wrong address is thrown");
    } catch (const consonance::Failure& failure) {
        require(failure.error() == CONSONANCE_ERROR_START, "the error is in it");
        require(std::string(failure.what()).find("nowhere") != std::string::npos, "its words name the address");
    }
    return 0;
}
