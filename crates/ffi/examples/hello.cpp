// Joins a session and hears it: `hello quic://…`; errors are exceptions, and the chat ends with `chat`.
#include <iostream>

#include "consonance.hpp"

int main(int, char** arguments)
try {
    const char* rooms[] = {"lobby"};
    consonance_settings settings = consonance::settings();
    settings.address = arguments[1];
    settings.name = "Alice";
    settings.sound = CONSONANCE_SOUND_ENGINE;
    settings.listen_rooms = settings.speak_rooms = rooms;
    settings.listen_room_count = settings.speak_room_count = 1;
    consonance::Chat chat(settings);
    consonance::Stream loudspeaker = chat.engine_output();
    float played[2 * 480];
    loudspeaker.pull(played, 480, 2, 48000);  // in the engine's audio callback
    while (const auto event = chat.poll_event()) {
        if (event->kind == CONSONANCE_EVENT_TYPE_PLAYER_JOINED) std::cout << event->name << " is here\n";
    }
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
