// Voice chat for games, for C++17: RAII objects, and errors as exceptions.
//
// The calls for audio callbacks, `Stream::pull` and `Stream::push`, do not throw or allocate.

#ifndef CONSONANCE_HPP
#define CONSONANCE_HPP

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "consonance.h"

namespace consonance {

/// An error, with the library's message.
class Failure : public std::runtime_error {
public:
    explicit Failure(consonance_error error) : std::runtime_error(words(error)), error_(error) {}

    /// The error code.
    [[nodiscard]] consonance_error error() const noexcept { return error_; }

private:
    static std::string words(consonance_error error)
    {
        char text[1024] = "";
        const bool has_words = consonance_last_error(text, sizeof text, nullptr) == CONSONANCE_ERROR_NONE;
        return has_words && text[0] != '\0' ? text : consonance_error_text(error);
    }

    consonance_error error_;
};

/// Throws if a call failed.
inline void check(consonance_error error)
{
    if (error < CONSONANCE_ERROR_NONE) {
        throw Failure(error);
    }
}

namespace detail {

/// A struct whose `size` is set.
template <typename Struct>
Struct sized()
{
    Struct value{};
    value.size = sizeof(Struct);
    return value;
}

/// The text that a call writes into a buffer: `call(buffer, capacity, length)`.
template <typename Call>
std::string text(Call call)
{
    std::string buffer(256, '\0');
    for (;;) {
        std::size_t length = 0;
        const consonance_error error = call(buffer.data(), buffer.size(), &length);
        if (error != CONSONANCE_ERROR_BUFFER_TOO_SMALL) {
            check(error);
            buffer.resize(length);
            return buffer;
        }
        buffer.assign(length + 1, '\0');
    }
}

/// A handle that is destroyed with this object.
class Owned {
public:
    Owned() = default;
    explicit Owned(std::uint64_t handle) noexcept : handle_(handle) {}
    Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, 0)) {}
    Owned& operator=(Owned&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { static_cast<void>(consonance_destroy(handle_)); }

    [[nodiscard]] std::uint64_t handle() const noexcept { return handle_; }

private:
    std::uint64_t handle_ = 0;
};

}  // namespace detail

/// An audio stream of an engine.
class Stream : public detail::Owned {
public:
    using Owned::Owned;

    /// Writes the next samples to play; silence if there are none.
    void pull(float* interleaved, std::size_t frames, std::uint32_t channels, std::uint32_t rate_hz) noexcept
    {
        static_cast<void>(consonance_pull(handle(), interleaved, frames, channels, rate_hz));
    }

    /// Takes recorded samples, or, for an echo reference, the samples that are played.
    void push(const float* interleaved, std::size_t frames, std::uint32_t channels, std::uint32_t rate_hz) noexcept
    {
        static_cast<void>(consonance_push(handle(), interleaved, frames, channels, rate_hz));
    }
};

/// An event, which owns its texts.
struct Event {
    consonance_event_type kind;
    std::uint32_t player;
    std::int32_t detail;
    std::uint64_t number;
    std::string name, room, text;
};

/// A player's key; store it like a password.
inline std::vector<std::uint8_t> generate_identity()
{
    std::vector<std::uint8_t> key(64);
    std::size_t length = 0;
    check(consonance_generate_identity(key.data(), key.size(), &length));
    key.resize(length);
    return key;
}

/// The encryption of a chat, which owns its texts.
struct Encryption {
    consonance_encryption_state state;
    std::uint64_t epoch;
    bool is_member;
    std::string safety_words, safety_digits;
};

/// A member of the session's group, which owns its texts.
struct EncryptedMember {
    std::uint32_t player;
    bool is_local, is_confirmed, was_verified;
    consonance_recognition recognition;
    consonance_account_proof account_proof;
    std::string name, account, purpose, key, safety_words, safety_digits;
};

/// The default settings of a chat; texts assigned to them must live until the chat is started.
inline consonance_settings settings()
{
    auto value = detail::sized<consonance_settings>();
    check(consonance_settings_init(&value));
    return value;
}

/// A chat, which leaves its session when this object is destroyed.
class Chat : public detail::Owned {
public:
    explicit Chat(const consonance_settings& settings) : Owned(start(settings)) {}

    /// The next event, if one is queued.
    std::optional<Event> poll_event()
    {
        auto event = detail::sized<consonance_event>();
        const std::string texts = detail::text([&](char* buffer, std::size_t capacity, std::size_t* length) {
            const consonance_error error = consonance_poll_event(handle(), &event, buffer, capacity, length);
            if (error == CONSONANCE_ERROR_NONE) {
                const auto kind = static_cast<consonance_event_type>(event.kind);
                polled_ = Event{kind, event.player, event.detail, event.number, event.name, event.room, event.text};
            } else if (error == CONSONANCE_ERROR_NOTHING) {
                polled_.reset();
            }
            return error;
        });
        static_cast<void>(texts);
        return std::exchange(polled_, std::nullopt);
    }

    void listen(const std::string& room, bool listens = true) { check(consonance_listen(handle(), room.c_str(), listens)); }

    /// Opens a channel to a room and returns its number.
    std::uint32_t speak_in_room(const std::string& room, const consonance_channel_settings* settings = nullptr)
    {
        std::uint32_t channel = 0;
        check(consonance_speak_in_room(handle(), room.c_str(), settings, &channel));
        return channel;
    }

    /// Opens a channel to a player and returns its number.
    std::uint32_t speak_to_player(std::uint32_t player, const consonance_channel_settings* settings = nullptr)
    {
        std::uint32_t channel = 0;
        check(consonance_speak_to_player(handle(), player, settings, &channel));
        return channel;
    }

    void close_channel(std::uint32_t channel) { check(consonance_close_channel(handle(), channel)); }
    void set_muted(bool muted) { check(consonance_set_muted(handle(), muted)); }
    void set_deafened(bool deafened) { check(consonance_set_deafened(handle(), deafened)); }
    void set_push_to_talk(bool pressed) { check(consonance_set_push_to_talk(handle(), pressed)); }
    void set_player_muted(std::uint32_t player, bool muted) { check(consonance_set_player_muted(handle(), player, muted)); }
    void set_player_volume(std::uint32_t player, float volume)
    {
        check(consonance_set_player_volume(handle(), player, volume));
    }
    /// Effects by name, such as "radio strength=0.4, cave"; an empty text for none.
    void set_player_effects(std::uint32_t player, const std::string& effects)
    {
        check(consonance_set_player_effects(handle(), player, effects.c_str()));
    }
    void set_room_effects(const std::string& room, const std::string& effects)
    {
        check(consonance_set_room_effects(handle(), room.c_str(), effects.c_str()));
    }
    /// 1 to adjust a player to the loudness of the others, 0 to leave it as it is, −1 for the setting for all players.
    void set_player_auto_volume(std::uint32_t player, std::int32_t auto_volume)
    {
        check(consonance_set_player_auto_volume(handle(), player, auto_volume));
    }
    void set_player_noise_gate(std::uint32_t player, bool noise_gate)
    {
        check(consonance_set_player_noise_gate(handle(), player, noise_gate));
    }
    void set_positions(const std::vector<consonance_position>& positions)
    {
        check(consonance_set_positions(handle(), positions.data(), positions.size()));
    }
    void set_listener(const consonance_pose& pose) { check(consonance_set_listener(handle(), &pose)); }

    [[nodiscard]] consonance_status status() const
    {
        auto value = detail::sized<consonance_status>();
        check(consonance_get_status(handle(), &value));
        return value;
    }

    [[nodiscard]] consonance_player_info player(std::uint32_t player) const
    {
        auto value = detail::sized<consonance_player_info>();
        check(consonance_get_player_info(handle(), player, &value));
        return value;
    }

    [[nodiscard]] std::string player_name(std::uint32_t player) const
    {
        return detail::text([&](char* buffer, std::size_t capacity, std::size_t* length) {
            return consonance_get_player_name(handle(), player, buffer, capacity, length);
        });
    }

    /// Why a player is not heard.
    [[nodiscard]] std::string why(std::uint32_t player) const
    {
        return detail::text([&](char* buffer, std::size_t capacity, std::size_t* length) {
            return consonance_get_why(handle(), player, buffer, capacity, length);
        });
    }

    /// The current encryption; `members` receives its members, which can decrypt voice and text.
    [[nodiscard]] Encryption encryption(std::vector<EncryptedMember>& members) const
    {
        auto status = detail::sized<consonance_encryption_status>();
        char numbers[128];
        check(consonance_get_encryption(handle(), &status, numbers, sizeof numbers, nullptr));
        members.clear();
        auto member = detail::sized<consonance_encrypted_member>();
        char texts[4096];
        for (std::uint32_t index = 0;; index++) {
            const consonance_error error =
                consonance_get_encrypted_member(handle(), index, &member, texts, sizeof texts, nullptr);
            check(error);
            if (error == CONSONANCE_ERROR_NOTHING) {
                break;
            }
            members.push_back({member.player, member.is_local != 0, member.is_confirmed != 0, member.was_verified != 0,
                static_cast<consonance_recognition>(member.recognition),
                static_cast<consonance_account_proof>(member.account_proof), member.name, member.account, member.purpose,
                member.key, member.safety_words, member.safety_digits});
        }
        return {static_cast<consonance_encryption_state>(status.state), status.epoch, status.is_member != 0,
            status.safety_words, status.safety_digits};
    }

    [[nodiscard]] bool is_room_encrypted(const std::string& room) const
    {
        std::uint32_t encrypted = 0;
        check(consonance_is_room_encrypted(handle(), room.c_str(), &encrypted));
        return encrypted != 0;
    }

    /// Marks a member's safety number as compared; throws if its key has changed since.
    void verify_member(const EncryptedMember& member)
    {
        check(consonance_verify_member(handle(), member.player, member.key.c_str()));
    }

    /// The keys of known players, for the settings of the next chat.
    [[nodiscard]] std::vector<std::uint8_t> known_keys() const
    {
        std::vector<std::uint8_t> keys;
        std::size_t length = 0;
        for (;;) {
            const consonance_error error = consonance_get_known_keys(handle(), keys.data(), keys.size(), &length);
            keys.resize(length);
            if (error != CONSONANCE_ERROR_BUFFER_TOO_SMALL) {
                check(error);
                return keys;
            }
        }
    }

    [[nodiscard]] Stream engine_output() { return open(consonance_engine_output); }
    [[nodiscard]] Stream engine_input() { return open(consonance_engine_input); }
    [[nodiscard]] Stream player_stream(std::uint32_t player)
    {
        std::uint64_t stream = 0;
        check(consonance_player_stream(handle(), player, &stream));
        return Stream(stream);
    }

private:
    static std::uint64_t start(const consonance_settings& settings)
    {
        std::uint64_t chat = 0;
        check(consonance_start(&settings, &chat));
        return chat;
    }

    Stream open(consonance_error (*function)(std::uint64_t, std::uint64_t*))
    {
        std::uint64_t stream = 0;
        check(function(handle(), &stream));
        return Stream(stream);
    }

    std::optional<Event> polled_;
};

}  // namespace consonance

#endif
