/*
 * Voice chat for games: https://github.com/consonance-voice/consonance. Made from crates/ffi; do not edit.
 *
 * Every function may be called from any thread. From an audio callback only consonance_pull and consonance_push may
 * be called, which never wait and take no memory; all others may do both.
 */

#ifndef CONSONANCE_H
#define CONSONANCE_H

#include <stddef.h>
#include <stdint.h>

/**
 * Changes when programs that were compiled with an older header could not use the library any more.
 */
#define CONSONANCE_ABI 1

/**
 * What a function returns: 0 where it did what was asked, more than 0 where there was nothing to do, less where it
 * failed.
 */
enum consonance_error
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It was done.
     */
    CONSONANCE_ERROR_NONE = 0,
    /**
     * Nothing waits: no event, no log line, no packet.
     */
    CONSONANCE_ERROR_NOTHING = 1,
    /**
     * A pointer is null that may not be.
     */
    CONSONANCE_ERROR_NULL = -1,
    /**
     * A struct's size is not one that a version of this library has, or fields are used that this version lacks.
     */
    CONSONANCE_ERROR_STRUCT_SIZE = -2,
    /**
     * A text is not UTF-8.
     */
    CONSONANCE_ERROR_NOT_UTF8 = -3,
    /**
     * There is no such object, or it was destroyed.
     */
    CONSONANCE_ERROR_HANDLE = -4,
    /**
     * A value is not in its range.
     */
    CONSONANCE_ERROR_VALUE = -5,
    /**
     * A buffer is too small; its needed size was written where that was asked for.
     */
    CONSONANCE_ERROR_BUFFER_TOO_SMALL = -6,
    /**
     * There is no player of this id or name.
     */
    CONSONANCE_ERROR_PLAYER = -7,
    /**
     * More objects exist than the library keeps.
     */
    CONSONANCE_ERROR_LIMIT = -8,
    /**
     * Another thread uses the stream at this moment.
     */
    CONSONANCE_ERROR_BUSY = -9,
    /**
     * The chat, the host or the recording cannot start; `consonance_last_error` says why.
     */
    CONSONANCE_ERROR_START = -10,
    /**
     * This chat has no such part: a hosted network, a microphone.
     */
    CONSONANCE_ERROR_UNSUPPORTED = -11,
    /**
     * The library has panicked: please report it.
     */
    CONSONANCE_ERROR_PANIC = -12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_error consonance_error;
#else
typedef int32_t consonance_error;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What stands behind the account of a member.
 */
enum consonance_account_proof
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing: it has no account or shows no attestation, or there is no key to check one.
     */
    CONSONANCE_ACCOUNT_PROOF_CLAIMED = 0,
    /**
     * A service whose key is in the settings has signed that the key belongs to the account.
     */
    CONSONANCE_ACCOUNT_PROOF_ATTESTED = 1,
    /**
     * It shows an attestation that is not valid: of another service, for another account or key, or expired.
     */
    CONSONANCE_ACCOUNT_PROOF_REJECTED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_account_proof consonance_account_proof;
#else
typedef int32_t consonance_account_proof;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What has happened to the encryption: the `detail` of `CONSONANCE_EVENT_TYPE_ENCRYPTION`.
 */
enum consonance_encryption_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Something that this version has no number for.
     */
    CONSONANCE_ENCRYPTION_EVENT_OTHER = 0,
    /**
     * It began or ended: `number` is a `consonance_encryption_state`.
     */
    CONSONANCE_ENCRYPTION_EVENT_STATE = 1,
    /**
     * Other rooms than before are not encrypted, which the client of `player` has signed; 0 if it was so before this
     * chat joined.
     */
    CONSONANCE_ENCRYPTION_EVENT_ROOMS_CHANGED = 2,
    /**
     * `player` has another key than when it was met last: another device, a new installation, or another player.
     * `number` is 1 if the former key was verified.
     */
    CONSONANCE_ENCRYPTION_EVENT_KEY_CHANGED = 3,
    /**
     * The server shows this chat and `player` different groups. Trust nothing that is said until you have left.
     */
    CONSONANCE_ENCRYPTION_EVENT_FORKED = 4,
    /**
     * The server wants the session to be less encrypted than it was; nothing is sent.
     */
    CONSONANCE_ENCRYPTION_EVENT_WEAKENED = 5,
    /**
     * A report of this chat is kept for the game's moderators: see `consonance_report_players`.
     */
    CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN = 6,
    /**
     * A report of this chat is not kept; the text says why.
     */
    CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_encryption_event consonance_encryption_event;
#else
typedef int32_t consonance_encryption_event;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether a chat is encrypted from end to end.
 */
enum consonance_encryption_policy
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Where the session offers it. Once the session has required it, nothing passes without encryption any more.
     */
    CONSONANCE_ENCRYPTION_POLICY_WHERE_OFFERED = 0,
    /**
     * Always: where the session does not offer it, nothing is sent and nothing is heard.
     */
    CONSONANCE_ENCRYPTION_POLICY_REQUIRED = 1,
    /**
     * Never: a session that requires it refuses this player.
     */
    CONSONANCE_ENCRYPTION_POLICY_NEVER = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_encryption_policy consonance_encryption_policy;
#else
typedef int32_t consonance_encryption_policy;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether a chat is encrypted from end to end at this moment.
 */
enum consonance_encryption_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is not: the session does not offer it, or the chat does not want it.
     */
    CONSONANCE_ENCRYPTION_STATE_OFF = 0,
    /**
     * There are no keys yet, or they were lost: nothing is sent and nothing is heard.
     */
    CONSONANCE_ENCRYPTION_STATE_WAITING = 1,
    /**
     * It is, except in rooms that all members know as not encrypted: see `consonance_is_room_encrypted`.
     */
    CONSONANCE_ENCRYPTION_STATE_ON = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_encryption_state consonance_encryption_state;
#else
typedef int32_t consonance_encryption_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a member compares to the players that were met before.
 */
enum consonance_recognition
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is the player of this chat.
     */
    CONSONANCE_RECOGNITION_LOCAL = 0,
    /**
     * It was not met before; from the next list on, it is known.
     */
    CONSONANCE_RECOGNITION_NEW = 1,
    /**
     * It has the key that it had.
     */
    CONSONANCE_RECOGNITION_KNOWN = 2,
    /**
     * The same, and its safety number was compared.
     */
    CONSONANCE_RECOGNITION_VERIFIED = 3,
    /**
     * It has another key than before: another device, a new installation, or another player.
     */
    CONSONANCE_RECOGNITION_CHANGED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_recognition consonance_recognition;
#else
typedef int32_t consonance_recognition;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether the session of a host is encrypted from end to end.
 */
enum consonance_session_encryption
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It is not.
     */
    CONSONANCE_SESSION_ENCRYPTION_OFF = 0,
    /**
     * It is between clients that can encrypt; a room is not while another client listens to it.
     */
    CONSONANCE_SESSION_ENCRYPTION_ALLOWED = 1,
    /**
     * It is, and clients that cannot encrypt are refused.
     */
    CONSONANCE_SESSION_ENCRYPTION_REQUIRED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_session_encryption consonance_session_encryption;
#else
typedef int32_t consonance_session_encryption;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * When the player is heard.
 */
enum consonance_activation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Always.
     */
    CONSONANCE_ACTIVATION_OPEN = 0,
    /**
     * While `consonance_set_push_to_talk` says that the key is pressed.
     */
    CONSONANCE_ACTIVATION_PUSH_TO_TALK = 1,
    /**
     * While speech is detected.
     */
    CONSONANCE_ACTIVATION_VOICE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_activation consonance_activation;
#else
typedef int32_t consonance_activation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How far a chat is.
 */
enum consonance_connection
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It has ended; its last event says why.
     */
    CONSONANCE_CONNECTION_ENDED = 0,
    /**
     * It is on the way into its session.
     */
    CONSONANCE_CONNECTION_CONNECTING = 1,
    /**
     * It is in its session.
     */
    CONSONANCE_CONNECTION_CONNECTED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_connection consonance_connection;
#else
typedef int32_t consonance_connection;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What has happened.
 */
enum consonance_event_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Something that this version has no number for; `text` has its words.
     */
    CONSONANCE_EVENT_TYPE_OTHER = 0,
    /**
     * The player is in the session; again after each reconnect.
     */
    CONSONANCE_EVENT_TYPE_JOINED = 1,
    /**
     * The connection was lost and is back; no other player noticed.
     */
    CONSONANCE_EVENT_TYPE_RESUMED = 2,
    /**
     * All players that were here before are known.
     */
    CONSONANCE_EVENT_TYPE_PLAYERS_SYNCED = 3,
    /**
     * `player` is in the session.
     */
    CONSONANCE_EVENT_TYPE_PLAYER_JOINED = 4,
    /**
     * `player` has left.
     */
    CONSONANCE_EVENT_TYPE_PLAYER_LEFT = 5,
    /**
     * `player` listens to `room`; also the player of this chat.
     */
    CONSONANCE_EVENT_TYPE_ENTERED_ROOM = 6,
    /**
     * `player` does not listen to `room` any more.
     */
    CONSONANCE_EVENT_TYPE_EXITED_ROOM = 7,
    /**
     * The server has taken the player of this chat out of `room`.
     */
    CONSONANCE_EVENT_TYPE_REMOVED_FROM_ROOM = 8,
    /**
     * `player` speaks.
     */
    CONSONANCE_EVENT_TYPE_STARTED_SPEAKING = 9,
    /**
     * `player` stopped speaking.
     */
    CONSONANCE_EVENT_TYPE_STOPPED_SPEAKING = 10,
    /**
     * `player` has sent `text` to `room`, or to the player of this chat where `room` is empty.
     */
    CONSONANCE_EVENT_TYPE_TEXT = 11,
    /**
     * The text with the number `number` is on its way, to `detail` players.
     */
    CONSONANCE_EVENT_TYPE_TEXT_SENT = 12,
    /**
     * The text with the number `number` was not sent; `text` says why.
     */
    CONSONANCE_EVENT_TYPE_TEXT_NOT_SENT = 13,
    /**
     * A device came, went, or was changed: `detail` is 1 for the loudspeaker and 0 for the microphone, `number` is
     * 1 while sound flows, `name` is the device, `text` is `running`, `lost`, `missing`, `denied`, `busy` or `off`.
     */
    CONSONANCE_EVENT_TYPE_DEVICE = 14,
    /**
     * The server's operator has decided something about the player; `text` says what.
     */
    CONSONANCE_EVENT_TYPE_OPERATOR = 15,
    /**
     * What became of a moderator's request about `player`: `detail` is 0 where it was done.
     */
    CONSONANCE_EVENT_TYPE_MODERATED = 16,
    /**
     * The session is joined again at once, since packets have another length.
     */
    CONSONANCE_EVENT_TYPE_REJOINING = 17,
    /**
     * The server ends the session in `number` ms; `text` is where it sends its players, or empty.
     */
    CONSONANCE_EVENT_TYPE_DRAINING = 18,
    /**
     * The server stays after all.
     */
    CONSONANCE_EVENT_TYPE_DRAIN_CANCELLED = 19,
    /**
     * The chat goes to the server that it was sent to.
     */
    CONSONANCE_EVENT_TYPE_REDIRECTING = 20,
    /**
     * The session was lost; `text` says why. The next attempt follows in `number` ms.
     */
    CONSONANCE_EVENT_TYPE_CONNECTION_LOST = 21,
    /**
     * The packets go another way; `detail` is 0 for UDP and 1 for a WebSocket, `text` says why.
     */
    CONSONANCE_EVENT_TYPE_TRANSPORT_CHANGED = 22,
    /**
     * Something that was asked for could not be done; `text` says what. Voice goes on.
     */
    CONSONANCE_EVENT_TYPE_PROBLEM = 23,
    /**
     * The chat has ended: `name` is a word for it that does not change, `text` says why. Nothing comes after it.
     */
    CONSONANCE_EVENT_TYPE_ENDED = 24,
    /**
     * Something about the encryption of the session: `detail` is a `consonance_encryption_event`, `player` the member
     * concerned, `number` as `detail` says, `text` its words.
     */
    CONSONANCE_EVENT_TYPE_ENCRYPTION = 25,
    /**
     * `player` says `text`, as the player with the number `number` has written it down, to `room`, or to the player of
     * this chat where `room` is empty. `detail` is 1 if it stays so, and 0 if the next caption about `player` replaces
     * it.
     */
    CONSONANCE_EVENT_TYPE_CAPTION = 26,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_event_type consonance_event_type;
#else
typedef int32_t consonance_event_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What carries a chat's packets.
 */
enum consonance_network
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * QUIC, or a WebSocket where UDP does not get through, to the address of the settings.
     */
    CONSONANCE_NETWORK_ADDRESS = 0,
    /**
     * The game's own connection: see `consonance_packet_out`.
     */
    CONSONANCE_NETWORK_HOSTED = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_network consonance_network;
#else
typedef int32_t consonance_network;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What the game has to do for a packet.
 */
enum consonance_packet_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Send the bytes: to the server, or to `peer`.
     */
    CONSONANCE_PACKET_ACTION_SEND = 0,
    /**
     * A chat wants to reach its server: call `consonance_link` once it can.
     */
    CONSONANCE_PACKET_ACTION_CONNECT = 1,
    /**
     * The chat has left, or the server does not want `peer`: its link counts as gone.
     */
    CONSONANCE_PACKET_ACTION_DISCONNECT = 2,
    /**
     * The bytes came from the server of a link.
     */
    CONSONANCE_PACKET_ACTION_RECEIVED = 3,
    /**
     * A link is up; the bytes are words that say why `peer` carries its packets: 0 UDP, 1 a WebSocket.
     */
    CONSONANCE_PACKET_ACTION_CONNECTED = 4,
    /**
     * A link has ended, or could not be made; the bytes are words that say why. Nothing comes after it.
     */
    CONSONANCE_PACKET_ACTION_DISCONNECTED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_packet_action consonance_packet_action;
#else
typedef int32_t consonance_packet_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where a chat's sound comes from and goes to.
 */
enum consonance_sound
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Neither: texts and positions only.
     */
    CONSONANCE_SOUND_NONE = 0,
    /**
     * This machine's microphone and loudspeaker.
     */
    CONSONANCE_SOUND_DEVICES = 1,
    /**
     * The game's engine: see `consonance_engine_output` and `consonance_engine_input`.
     */
    CONSONANCE_SOUND_ENGINE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_sound consonance_sound;
#else
typedef int32_t consonance_sound;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Several values in a row, to be read.
 */
typedef const uint32_t *Array_u32;

/**
 * A member of the session's group. Members alone can hear and read. Texts are in the buffer that was passed, and never
 * null.
 */
typedef struct consonance_encrypted_member {
    /**
     * `sizeof(consonance_encrypted_member)`.
     */
    uint32_t size;
    /**
     * The number of the player.
     */
    uint32_t player;
    /**
     * The epoch of the list that it is from.
     */
    uint64_t epoch;
    /**
     * 1 for the player of this chat.
     */
    uint32_t is_local;
    /**
     * 1 if it has signed that it is in the same epoch of the same group.
     */
    uint32_t is_confirmed;
    /**
     * How it compares to the players that were met before: `consonance_recognition`.
     */
    int32_t recognition;
    /**
     * 1 if it has another key than before, which was verified.
     */
    uint32_t was_verified;
    /**
     * What stands behind the account: `consonance_account_proof`.
     */
    int32_t account_proof;
    /**
     * Zero.
     */
    uint32_t reserved;
    /**
     * Its name.
     */
    const char *name;
    /**
     * Its account, as it claims; empty if it has none.
     */
    const char *account;
    /**
     * What it is for, if it is not a player; otherwise empty.
     */
    const char *purpose;
    /**
     * The public key that it signs with: 64 hexadecimal digits.
     */
    const char *key;
    /**
     * Its safety number as six words: both players see the same if no server is between them. Empty for the player of
     * this chat.
     */
    const char *safety_words;
    /**
     * The same as 30 digits, in groups of five.
     */
    const char *safety_digits;
} consonance_encrypted_member;

/**
 * How a chat encrypts, and what the player is to the others. Zeros and nulls are the defaults.
 */
typedef struct consonance_encryption_settings {
    /**
     * `sizeof(consonance_encryption_settings)`.
     */
    uint32_t size;
    /**
     * Whether the chat is encrypted: `consonance_encryption_policy`.
     */
    int32_t policy;
    /**
     * The player's key, as `consonance_generate_identity` made it, by which others know the player again; null for a
     * new key for this chat.
     */
    const uint8_t * identity;
    /**
     * The player's account, at most 256 bytes; null or empty if it has none. The key belongs to the account, whatever
     * the name of the player is.
     */
    const char * account;
    /**
     * What a service of the game has signed about the account and the key, at most 1024 bytes: a JSON Web Token with
     * `sub`, `cnf` and `exp`, which all members see; null for none.
     */
    const char * attestation;
    /**
     * The keys of the services whose attestations are believed: a JSON Web Key of Ed25519, or a set of them. Null for
     * none, so that accounts are claims.
     */
    const char * attestation_keys;
    /**
     * What this member is for, if it is not a player: `recording`, `moderation`; at most 256 bytes, null or empty for
     * a player. All members see it.
     */
    const char * purpose;
    /**
     * The keys of players that were met before, as `consonance_get_known_keys` wrote them; null for none.
     */
    const uint8_t * known_keys;
    /**
     * How many bytes `identity` has.
     */
    uint32_t identity_length;
    /**
     * How many bytes `known_keys` has.
     */
    uint32_t known_keys_length;
    /**
     * 1 for frames of one size that say nothing of how loud they are, so that the server cannot guess at words by
     * their sizes. It costs a twelfth of the bit rate.
     */
    uint32_t constant_rate;
    /**
     * 1 to sign what the player says, once a second, for the other members: their reports prove it then, and it is not
     * deniable any more.
     */
    uint32_t sign_speech;
    /**
     * The public key of the game's moderators, as `consonance decrypt --new-key` wrote it: `consonance_report_players`
     * seals to it. Null for none, so that nothing is kept for reports.
     */
    const char * moderators_key;
    /**
     * The file that the keys of encrypted sessions are added to, for `consonance decrypt`: a holder of it can hear
     * what the server records. Null for none.
     */
    const char * key_log;
} consonance_encryption_settings;

/**
 * The encryption of a chat at this moment. Texts are in the buffer that was passed, and never null.
 */
typedef struct consonance_encryption_status {
    /**
     * `sizeof(consonance_encryption_status)`.
     */
    uint32_t size;
    /**
     * Whether it is on: `consonance_encryption_state`.
     */
    int32_t state;
    /**
     * Counts the changes of keys in the present group.
     */
    uint64_t epoch;
    /**
     * 1 while the chat is a member of the session's group.
     */
    uint32_t is_member;
    /**
     * Members of the group: see `consonance_get_encrypted_member`.
     */
    uint32_t member_count;
    /**
     * The group's safety number as six words: all members see the same if no server is between them. Empty without a
     * group.
     */
    const char *safety_words;
    /**
     * The same as 30 digits, in groups of five.
     */
    const char *safety_digits;
    /**
     * Own packets that were encrypted.
     */
    uint64_t packets_sealed;
    /**
     * Packets of others that were decrypted.
     */
    uint64_t packets_opened;
    /**
     * Own packets to rooms or players that are not encrypted.
     */
    uint64_t packets_sent_plain;
    /**
     * Packets without encryption that came from where it is allowed.
     */
    uint64_t packets_received_plain;
    /**
     * Own packets that were dropped, since there were no keys.
     */
    uint64_t packets_without_keys;
    /**
     * Packets of others that were dropped: not encrypted where they must be, forged, repeated, of another member than
     * the server said, or of an unknown epoch.
     */
    uint64_t packets_refused;
} consonance_encryption_status;

/**
 * A channel at this moment.
 */
typedef struct consonance_channel_state {
    /**
     * `sizeof(consonance_channel_state)`.
     */
    uint32_t size;
    /**
     * 1 if the voice goes out over it.
     */
    uint32_t is_open;
    /**
     * How far it is faded in, 0 to 2.
     */
    float volume;
} consonance_channel_state;

/**
 * How a room or a player is spoken to.
 */
typedef struct consonance_channel_settings {
    /**
     * `sizeof(consonance_channel_settings)`.
     */
    uint32_t size;
    /**
     * 1 if the voice comes from the speaker's place in the world.
     */
    uint32_t positional;
    /**
     * −1 for the player's own priority, else 0 low, 1 default, 2 medium, 3 high.
     */
    int32_t priority;
    /**
     * By which factor it is louder, 0 to 2.
     */
    float amplitude;
    /**
     * When it is heard: 0 as the chat, 1 always, 2 while speech is detected, 3 not now.
     */
    int32_t activation;
    /**
     * How long it takes to fade in, in seconds, at most 30.
     */
    float fade_in_seconds;
    /**
     * How long it takes to fade out, in seconds, at most 30.
     */
    float fade_out_seconds;
} consonance_channel_settings;

/**
 * What a chat is started with. `consonance_settings_init` sets everything to its default.
 */
typedef struct consonance_settings {
    /**
     * `sizeof(consonance_settings)`.
     */
    uint32_t size;
    /**
     * Where sound comes from and goes to: `consonance_sound`.
     */
    int32_t sound;
    /**
     * The session's address as the server prints it, such as `quic://127.0.0.1:7777/main#sha256=…`, or `offline:`.
     */
    const char * address;
    /**
     * The player's name, 1 to 128 bytes of UTF-8; a random one if it is null.
     */
    const char * name;
    /**
     * What to show to a server that restricts joining, or null.
     */
    const char * join_token;
    /**
     * The session's password, or null.
     */
    const char * password;
    /**
     * Rooms to listen to from the beginning.
     */
    const char *const * listen_rooms;
    /**
     * Rooms to speak in from the beginning.
     */
    const char *const * speak_rooms;
    /**
     * How many rooms `listen_rooms` has.
     */
    uint32_t listen_room_count;
    /**
     * How many rooms `speak_rooms` has.
     */
    uint32_t speak_room_count;
    /**
     * The microphone's name, as `consonance_get_devices` has it; null for what the system uses.
     */
    const char * microphone;
    /**
     * The loudspeaker's name; null for what the system uses.
     */
    const char * loudspeaker;
    /**
     * How the voice is processed and sent; null for the defaults.
     */
    const struct consonance_voice_settings * voice;
    /**
     * How long to try to connect again after the connection was lost, in ms; 0 for without end.
     */
    uint32_t reconnect_timeout_ms;
    /**
     * 1 to try again when the first attempt fails, for a server that may come up later.
     */
    uint32_t retry_first_connect;
    /**
     * 1 to tell the server where the listener is, for its proximity rooms.
     */
    uint32_t share_position;
    /**
     * What carries the packets: `consonance_network`.
     */
    int32_t network;
    /**
     * The longest reliable packet of a hosted network, in bytes.
     */
    uint32_t reliable_bytes;
    /**
     * The longest unreliable packet of a hosted network, in bytes.
     */
    uint32_t unreliable_bytes;
    /**
     * Whether the chat is encrypted from end to end, and with which key; null for the defaults.
     */
    const struct consonance_encryption_settings * encryption;
} consonance_settings;

/**
 * What a chat has counted since it was started.
 */
typedef struct consonance_statistics {
    /**
     * `sizeof(consonance_statistics)`.
     */
    uint32_t size;
    /**
     * The bit rate of the voice that is sent, in bit/s.
     */
    uint32_t bitrate_bps;
    /**
     * Packets that came in.
     */
    uint64_t packets_received;
    /**
     * Their bytes.
     */
    uint64_t bytes_received;
    /**
     * Packets that went out.
     */
    uint64_t packets_sent;
    /**
     * Their bytes.
     */
    uint64_t bytes_sent;
    /**
     * The share of frames that did not reach the server, 0 to 1; −1 while it is not known.
     */
    float uplink_loss;
    /**
     * By how much what is sent is later than what was recorded, in ms.
     */
    float capture_delay_ms;
    /**
     * How much sound waits for the engine, in ms.
     */
    float output_fill_ms;
    /**
     * By how much the engine's clock is faster than ours, in millionths.
     */
    float output_drift_ppm;
    /**
     * How often sound for the engine was interrupted.
     */
    uint64_t output_interruptions;
    /**
     * How much of the engine's sound waits for us, in ms.
     */
    float input_fill_ms;
    /**
     * By how much the engine's clock is faster than ours, in millionths.
     */
    float input_drift_ppm;
    /**
     * How often sound from the engine was interrupted.
     */
    uint64_t input_interruptions;
} consonance_statistics;

/**
 * A chat at this moment.
 */
typedef struct consonance_status {
    /**
     * `sizeof(consonance_status)`.
     */
    uint32_t size;
    /**
     * How far it is: `consonance_connection`.
     */
    int32_t connection;
    /**
     * 1 while the voice goes out over any channel.
     */
    uint32_t is_transmitting;
    /**
     * 1 while speech is detected.
     */
    uint32_t is_voice_detected;
    /**
     * 1 while the player is muted.
     */
    uint32_t is_muted;
    /**
     * 1 while all others are muted here.
     */
    uint32_t is_deafened;
    /**
     * Other players in the session.
     */
    uint32_t other_players;
    /**
     * The player of the highest priority that speaks, or 0.
     */
    uint32_t top_priority_speaker;
    /**
     * How loud the microphone is: the mean absolute value of the last 10 ms, 0 to 1.
     */
    float amplitude;
    /**
     * The share of others' frames that never arrived, 0 to 1; −1 while it is not known.
     */
    float packet_loss;
    /**
     * Events that were lost because they were not drained in time.
     */
    uint64_t events_dropped;
} consonance_status;

/**
 * Something that has happened. Texts are in the buffer that was passed, and never null.
 */
typedef struct consonance_event {
    /**
     * `sizeof(consonance_event)`.
     */
    uint32_t size;
    /**
     * What it is: `consonance_event_type`.
     */
    int32_t kind;
    /**
     * The player that it is about, or 0.
     */
    uint32_t player;
    /**
     * As the type says.
     */
    int32_t detail;
    /**
     * As the type says.
     */
    uint64_t number;
    /**
     * The player's name, or as the type says.
     */
    const char *name;
    /**
     * The room's name.
     */
    const char *room;
    /**
     * As the type says.
     */
    const char *text;
} consonance_event;

/**
 * What a host is started with. Zeros and nulls are the defaults.
 */
typedef struct consonance_host_settings {
    /**
     * `sizeof(consonance_host_settings)`.
     */
    uint32_t size;
    /**
     * Players at most; 0 for as many as the server can have.
     */
    uint32_t players_max;
    /**
     * The name of the session; `main` if it is null.
     */
    const char * session;
    /**
     * The IP address and UDP port to listen on, such as `0.0.0.0:7777`; port 0 picks a free port. Null for the game's
     * own network alone.
     */
    const char * listen;
    /**
     * The host name or address by which players reach it; the address to listen on if it is null.
     */
    const char * public_host;
    /**
     * The password that players need; null for none.
     */
    const char * password;
    /**
     * The longest reliable packet of the game's own network, in bytes; 0 where it carries no voice.
     */
    uint32_t reliable_bytes;
    /**
     * The longest unreliable packet of the game's own network, in bytes.
     */
    uint32_t unreliable_bytes;
    /**
     * Whether the session is encrypted from end to end: `consonance_session_encryption`.
     */
    int32_t encryption;
    /**
     * Zero.
     */
    uint32_t reserved;
} consonance_host_settings;

/**
 * Where the listener is and looks.
 */
typedef struct consonance_pose {
    /**
     * Metres, in the axes of the players' positions.
     */
    float position[3];
    /**
     * Where the nose points to; need not have the length 1.
     */
    float forward[3];
    /**
     * Where the top of the head points to.
     */
    float up[3];
} consonance_pose;

/**
 * A packet on its way out, over a game's own network.
 */
typedef struct consonance_packet {
    /**
     * `sizeof(consonance_packet)`.
     */
    uint32_t size;
    /**
     * What to do: `consonance_packet_action`.
     */
    int32_t action;
    /**
     * Of a host, the game's number of the player concerned; of a link, as the action says.
     */
    uint64_t peer;
    /**
     * 1 if it must arrive, in order; 0 for voice.
     */
    uint32_t reliable;
    /**
     * Zero.
     */
    uint32_t reserved;
} consonance_packet;

/**
 * A player at this moment.
 */
typedef struct consonance_player_info {
    /**
     * `sizeof(consonance_player_info)`.
     */
    uint32_t size;
    /**
     * The player's number.
     */
    uint32_t player;
    /**
     * 1 while it is in the session.
     */
    uint32_t is_connected;
    /**
     * 1 for the player of this chat.
     */
    uint32_t is_local;
    /**
     * 1 while it speaks to us; for ourselves, while any player hears us.
     */
    uint32_t is_speaking;
    /**
     * 1 while it is muted here.
     */
    uint32_t is_muted;
    /**
     * 1 while its voice comes from its place in the world.
     */
    uint32_t is_positional;
    /**
     * −1 while it is silent, else 0 low, 1 default, 2 medium, 3 high.
     */
    int32_t priority;
    /**
     * How loud it is at this moment, 0 to 1, before volume and distance.
     */
    float amplitude;
    /**
     * How loud it is heard here: an amplitude factor, 0 to 4.
     */
    float volume;
    /**
     * The share of its last frames that never arrived, 0 to 1; −1 while it is not known.
     */
    float packet_loss;
} consonance_player_info;

/**
 * Where a player is.
 */
typedef struct consonance_position {
    /**
     * The player's number.
     */
    uint32_t player;
    /**
     * 0 to forget where it is.
     */
    uint32_t is_known;
    /**
     * Metres, in Unity's axes: x to the right, y up, z forward.
     */
    float position[3];
    /**
     * How much is in between, from 0 (nothing) to 1 (a wall).
     */
    float occlusion;
} consonance_position;

/**
 * How voices get quieter with distance.
 */
typedef struct consonance_spatial_settings {
    /**
     * `sizeof(consonance_spatial_settings)`.
     */
    uint32_t size;
    /**
     * 0 a model of the head on headphones and panning elsewhere, 1 panning, 2 a model of the head.
     */
    int32_t mode;
    /**
     * 0 constant, 1 linear, 2 inverse, 3 the square of that.
     */
    int32_t roll_off;
    /**
     * Up to this distance a voice has its full volume, in metres.
     */
    float min_distance;
    /**
     * From this distance on there is silence, in metres.
     */
    float max_distance;
} consonance_spatial_settings;

/**
 * How a player's voice arrives.
 */
typedef struct consonance_speaker_statistics {
    /**
     * `sizeof(consonance_speaker_statistics)`.
     */
    uint32_t size;
    /**
     * The share of its last 128 frames that never came, 0 to 1.
     */
    float loss;
    /**
     * Packets that arrived.
     */
    uint64_t received;
    /**
     * Frames that were played from their own packet.
     */
    uint64_t played;
    /**
     * Frames whose turn came without their packet.
     */
    uint64_t lost;
    /**
     * Frames that were recovered from a later packet.
     */
    uint64_t recovered;
    /**
     * Packets that came after their turn.
     */
    uint64_t late;
    /**
     * How long frames wait in the jitter buffer, in ms.
     */
    float delay_ms;
    /**
     * How unevenly packets arrive (RFC 3550), in ms.
     */
    float jitter_ms;
    /**
     * Level of the last 10 ms, in dB of full scale.
     */
    float level_dbfs;
    /**
     * Zero.
     */
    uint32_t reserved;
} consonance_speaker_statistics;

/**
 * How the player's voice is processed and sent, and how others are heard.
 */
typedef struct consonance_voice_settings {
    /**
     * `sizeof(consonance_voice_settings)`.
     */
    uint32_t size;
    /**
     * When the player is heard: `consonance_activation`.
     */
    int32_t activation;
    /**
     * 0 low (10 kbit/s), 1 medium (17), 2 high (24), 3 music (64).
     */
    int32_t quality;
    /**
     * Sound in one packet, in ms: 10, 20, 40 or 60.
     */
    uint32_t frame_ms;
    /**
     * 1 to let packets carry a copy of the sound before theirs, as far as losses ask for it.
     */
    uint32_t error_correction;
    /**
     * Echo cancelling: 0 off, 1 low, 2 moderate, 3 high.
     */
    int32_t echo;
    /**
     * Noise suppression: 0 off, 1 to 4 for 6, 12, 18 or 24 dB, 5 for all but speech, by a neural network, 6 for the
     * same by a smaller one, at a fifth of the cost.
     */
    int32_t noise;
    /**
     * How much of everything but speech a neural network removes, 0 (off) to 1 (80 dB).
     */
    float background_removal;
    /**
     * 1 to remove everything below 80 Hz.
     */
    uint32_t high_pass;
    /**
     * 1 to even out the level of speech.
     */
    uint32_t automatic_gain;
    /**
     * How probable speech must be to count as speech, 0 to 1.
     */
    float detection_threshold;
    /**
     * How far below the threshold speech ends, 0 to 1.
     */
    float detection_hysteresis;
    /**
     * How long it takes to end, in ms, at most 60 000.
     */
    uint32_t detection_hold_ms;
    /**
     * How much from before speech was detected is sent too, in ms.
     */
    uint32_t pre_roll_ms;
    /**
     * How loud others are while the player speaks: an amplitude factor, 0 to 1; 1 is off.
     */
    float ducking_level;
    /**
     * How long it takes to turn them down, in ms.
     */
    uint32_t ducking_down_ms;
    /**
     * How long it takes to return, in ms.
     */
    uint32_t ducking_up_ms;
    /**
     * 1 to bring all players to the same loudness.
     */
    uint32_t auto_volume;
    /**
     * How loud all players are: an amplitude factor, 0 to 4.
     */
    float master_volume;
} consonance_voice_settings;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Listens to a room from now on (1), or no longer (0). Rooms are counted: a room that is listened to twice is left
 * when that is said twice.
 */
consonance_error consonance_listen(uint64_t chat,
                                   const char * room,
                                   uint32_t listens);

/**
 * Speaks to a room from now on, and tells the number of the channel, which is never 0. `settings` may be null.
 */
consonance_error consonance_speak_in_room(uint64_t chat,
                                          const char * room,
                                          const consonance_channel_settings * settings,
                                          uint32_t * channel);

/**
 * Speaks to a player from now on, while it is in the session, and tells the number of the channel, which is never 0.
 * `settings` may be null.
 */
consonance_error consonance_speak_to_player(uint64_t chat,
                                            uint32_t player,
                                            const consonance_channel_settings * settings,
                                            uint32_t * channel);

/**
 * Changes a channel from the next packet on. One that was closed does not change.
 */
consonance_error consonance_set_channel(uint64_t chat,
                                        uint32_t channel,
                                        const consonance_channel_settings * settings);

/**
 * Ends a channel with the next packet.
 */
consonance_error consonance_close_channel(uint64_t chat, uint32_t channel);

/**
 * What has become of a channel. One that is not known yet, or was closed, is not open. May be asked in every frame.
 */
consonance_error consonance_get_channel_state(uint64_t chat,
                                              uint32_t channel,
                                              consonance_channel_state * state);

/**
 * Sets everything to its default. The size must be set before, to `sizeof(consonance_settings)`.
 */
consonance_error consonance_settings_init(consonance_settings * settings);

/**
 * Starts a chat, which joins its session by itself, and tells its handle. Returns at once.
 */
consonance_error consonance_start(const consonance_settings * settings, uint64_t * chat);

/**
 * Leaves the session. Events go on until `CONSONANCE_EVENT_TYPE_ENDED`.
 */
consonance_error consonance_stop(uint64_t chat);

/**
 * Ends a chat with its streams, a stream, a recording, a host or a link, within 50 ms: what takes longer, as a
 * goodbye, goes on in the background. The handle names nothing from then on. Zero is nothing, and not a failure.
 */
consonance_error consonance_destroy(uint64_t handle);

/**
 * How the chat is at this moment. May be asked in every frame.
 */
consonance_error consonance_get_status(uint64_t chat, consonance_status * status);

/**
 * Takes the next event. Its texts are written into the buffer, one after the other; 2048 bytes are mostly enough.
 *
 * The size of the event must be set before. Returns `CONSONANCE_ERROR_NOTHING` where no event waits, and
 * `CONSONANCE_ERROR_BUFFER_TOO_SMALL` where the texts have no room: then the event waits on, and `length`, which may
 * be null, is their size. Of more than 65 536 events that wait, the oldest are lost.
 */
consonance_error consonance_poll_event(uint64_t chat,
                                       consonance_event * event,
                                       char * buffer,
                                       size_t capacity,
                                       size_t * length);

/**
 * The names of the microphones (0) or loudspeakers (1), each on a line of its own, the one that the system uses first.
 * Asks the sound system, which takes a while.
 */
consonance_error consonance_get_devices(uint32_t loudspeakers,
                                        char * buffer,
                                        size_t capacity,
                                        size_t * length);

/**
 * Uses another microphone (0) or loudspeaker (1) from now on, in a chat that was started with devices; null for what
 * the system uses. A device that is not there is used as soon as it is, and the system's meanwhile.
 */
consonance_error consonance_select_device(uint64_t chat,
                                          uint32_t loudspeaker,
                                          const char * name);

/**
 * Makes a key for a player, of 64 bytes, from the operating system's random numbers. Keep it as a password is kept,
 * and pass it with the settings of each chat, so that others know the player again. Its last 32 bytes are the public
 * half, which a service can attest to.
 *
 * `length` is how many bytes it has, also where there is no room for them; then there is no key.
 */
consonance_error consonance_generate_identity(uint8_t * buffer,
                                              size_t capacity,
                                              size_t * length);

/**
 * Whether what is said is encrypted from end to end at this moment. Its texts need 128 bytes.
 *
 * The size of the status must be set before. `length`, which may be null, is the size of the texts. The members that
 * `consonance_get_encrypted_member` writes are those of the last call of this function.
 */
consonance_error consonance_get_encryption(uint64_t chat,
                                           consonance_encryption_status * status,
                                           char * buffer,
                                           size_t capacity,
                                           size_t * length);

/**
 * A member of the session's group, from 0. Returns `CONSONANCE_ERROR_NOTHING` beyond the last one. 4096 bytes are
 * enough for its texts.
 *
 * The size of the member must be set before. Members are those of the last `consonance_get_encryption`: where another
 * thread calls that meanwhile, `epoch` tells that the list is another one. `length` may be null.
 */
consonance_error consonance_get_encrypted_member(uint64_t chat,
                                                 uint32_t index,
                                                 consonance_encrypted_member * member,
                                                 char * buffer,
                                                 size_t capacity,
                                                 size_t * length);

/**
 * Whether voice and text to a room are encrypted from end to end (1), or not (0).
 */
consonance_error consonance_is_room_encrypted(uint64_t chat, const char * room, uint32_t * encrypted);

/**
 * Remembers that the safety number of a member was compared and is the same for both players: the key that the member
 * had then, as `consonance_get_encrypted_member` wrote it, is its own.
 *
 * Returns `CONSONANCE_ERROR_PLAYER` if no other member of the group has this number, and `CONSONANCE_ERROR_VALUE` if
 * it has another key by now.
 */
consonance_error consonance_verify_member(uint64_t chat,
                                          uint32_t player,
                                          const char * key);

/**
 * The players that were met, with their keys: bytes to be kept, and passed with the settings of the next chat.
 *
 * `length` is how many there are. Where there is no room for all, nothing else is written.
 */
consonance_error consonance_get_known_keys(uint64_t chat,
                                           uint8_t * buffer,
                                           size_t capacity,
                                           size_t * length);

/**
 * Submits what was heard of these players in the last thirty seconds, or of all without any, to the game's moderators,
 * with a reason of at most 1000 bytes. It is sealed to `moderators_key` of the settings: the server keeps it, and
 * cannot read it. `CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN` tells that it is kept, or
 * `CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED` why not. A player can report once in a minute.
 *
 * Returns `CONSONANCE_ERROR_VALUE` without a key in the settings, and where the reason is too long.
 */
consonance_error consonance_report_players(uint64_t chat,
                                           Array_u32 players,
                                           uint32_t player_count,
                                           const char * reason);

/**
 * Mutes all players here (1), or lets them be heard again (0).
 */
consonance_error consonance_set_deafened(uint64_t chat, uint32_t deafened);

/**
 * How loud a player is heard here: an amplitude factor, 0 to 4, also after it has left and joined again.
 */
consonance_error consonance_set_player_volume(uint64_t chat, uint32_t player, float volume);

/**
 * Mutes a player here (1), or lets it be heard again (0), also after it has left and joined again.
 */
consonance_error consonance_set_player_muted(uint64_t chat, uint32_t player, uint32_t muted);

/**
 * What a player's voice passes here, also after it has left and joined again: effects by name, separated by commas,
 * each with settings where they differ, such as `radio strength=0.4, cave`; null, an empty text or `off` for none.
 * Names and settings are in docs/effects.md. An unknown one is an error, whose words list those that there are.
 */
consonance_error consonance_set_player_effects(uint64_t chat,
                                               uint32_t player,
                                               const char * effects);

/**
 * Brings a player to the loudness of the others (1), leaves it as it is (0), or goes by what is set for all (−1), also
 * after it has left and joined again.
 */
consonance_error consonance_set_player_auto_volume(uint64_t chat,
                                                   uint32_t player,
                                                   int32_t auto_volume);

/**
 * Turns down what a player's microphone picks up between its words (1), or leaves it as it is (0), also after it has
 * left and joined again.
 */
consonance_error consonance_set_player_noise_gate(uint64_t chat,
                                                  uint32_t player,
                                                  uint32_t noise_gate);

/**
 * What all voices pass here that come over a room, behind the effects of each player; as above.
 */
consonance_error consonance_set_room_effects(uint64_t chat, const char * room, const char * effects);

/**
 * Tells where players are: one call for all of them, in every frame. Players that are not known are left out.
 */
consonance_error consonance_set_positions(uint64_t chat, const consonance_position * positions, size_t count);

/**
 * Tells where the listener is and looks; null where that is not known any more.
 */
consonance_error consonance_set_listener(uint64_t chat, const consonance_pose * pose);

/**
 * Whether the server is told where the listener is, for its proximity rooms.
 */
consonance_error consonance_set_share_position(uint64_t chat, uint32_t shared);

/**
 * How voices get quieter with distance, and how directions are made audible.
 */
consonance_error consonance_set_spatial(uint64_t chat, const consonance_spatial_settings * settings);

/**
 * Whether the listener wears headphones: 1 yes, 0 no, −1 to tell by the loudspeaker's name.
 */
consonance_error consonance_set_headphones(uint64_t chat, int32_t headphones);

/**
 * Starts a host, and tells its handle; `consonance_destroy` ends it, and with it the session of all its players.
 */
consonance_error consonance_host_start(const consonance_host_settings * settings,
                                       uint64_t * host);

/**
 * The address at which players join, as for the settings of a chat; empty where there is only the game's own network.
 */
consonance_error consonance_get_host_address(uint64_t host,
                                             char * buffer,
                                             size_t capacity,
                                             size_t * length);

/**
 * A player of the game's own network is there (1), by a number of the game's choice, or is gone (0).
 */
consonance_error consonance_host_peer(uint64_t host, uint64_t peer, uint32_t is_there);

/**
 * Takes a packet that a player of the game's own network has sent.
 */
consonance_error consonance_host_packet_in(uint64_t host,
                                           uint64_t peer,
                                           uint32_t reliable,
                                           const uint8_t * packet,
                                           size_t length);

/**
 * Takes the next packet to a player of the game's own network, and what else is to be done; as
 * `consonance_packet_out`.
 */
consonance_error consonance_host_packet_out(uint64_t host,
                                            consonance_packet * packet,
                                            uint8_t * buffer,
                                            size_t capacity,
                                            size_t * length);

/**
 * The link to the host is up (1), or down (0).
 */
consonance_error consonance_link(uint64_t chat, uint32_t is_up);

/**
 * Begins to connect to a server, and tells the handle of the link: for a game whose own voice engine speaks the
 * protocol. `consonance_packet_in` sends its packets, `consonance_packet_out` tells what becomes of the link and takes
 * what the server sends. The address is as for the settings of a chat.
 */
consonance_error consonance_connect(const char * address,
                                    uint64_t * link);

/**
 * Takes a packet: of a chat, one that its host has sent; of a link, one to the server, which is dropped while the link
 * is not up.
 */
consonance_error consonance_packet_in(uint64_t chat_or_link,
                                      uint32_t reliable,
                                      const uint8_t * packet,
                                      size_t length);

/**
 * Takes the next thing to do on the game's own network, or what has come over a link: to be called in every frame
 * until it returns `CONSONANCE_ERROR_NOTHING`.
 *
 * The size of `packet` must be set before; the bytes are written into `buffer`, and `length` is how many.
 * Where there is no room, it waits on.
 */
consonance_error consonance_packet_out(uint64_t chat_or_link,
                                       consonance_packet * packet,
                                       uint8_t * buffer,
                                       size_t capacity,
                                       size_t * length);

/**
 * What a chat has counted since it was started.
 */
consonance_error consonance_get_statistics(uint64_t chat, consonance_statistics * statistics);

/**
 * How a player's voice arrives. Players that were not heard yet have zeros.
 */
consonance_error consonance_get_speaker_statistics(uint64_t chat,
                                                   uint32_t player,
                                                   consonance_speaker_statistics * statistics);

/**
 * Why a player is not heard here, in English: every link on the way with what was found, and in the last line what to
 * do.
 */
consonance_error consonance_get_why(uint64_t chat,
                                    uint32_t player,
                                    char * buffer,
                                    size_t capacity,
                                    size_t * length);

/**
 * The `CONSONANCE_ABI` of the library. A program that was compiled with another one must not go on.
 */
uint32_t consonance_abi_version(void);

/**
 * The version of the library, such as `0.1.0`.
 */
const char *consonance_version(void);

/**
 * A short sentence for an error, in English; never null.
 */
const char *consonance_error_text(int32_t error);

/**
 * What the last function that failed on this thread had to say: what failed, the value, what is expected.
 *
 * `length` is how long it is without the zero at its end, and may be null.
 */
consonance_error consonance_last_error(char * buffer, size_t capacity, size_t * length);

/**
 * Keeps log lines from now on, for `consonance_poll_log`: 0 none, which is how it begins, 1 errors, 2 warnings,
 * 3 information, 4 details, 5 everything.
 */
consonance_error consonance_set_log_level(uint32_t level);

/**
 * Takes the oldest log line, of at most 1024 bytes. Of more than 1024 lines that wait, the oldest are lost.
 *
 * `level` is as in `consonance_set_log_level`; it and `length` may be null. Returns `CONSONANCE_ERROR_NOTHING` where
 * no line waits.
 */
consonance_error consonance_poll_log(uint32_t * level,
                                     char * buffer,
                                     size_t capacity,
                                     size_t * length);

/**
 * The numbers of all players in the session: the player of this chat first, which is always 1, others by name.
 *
 * `count` is how many there are. Where there is no room for all, nothing else is written.
 */
consonance_error consonance_get_players(uint64_t chat,
                                        uint32_t * players,
                                        size_t capacity,
                                        size_t * count);

/**
 * A player at this moment. May be asked in every frame.
 */
consonance_error consonance_get_player_info(uint64_t chat, uint32_t player, consonance_player_info * info);

/**
 * The name of a player, also of one that has left.
 */
consonance_error consonance_get_player_name(uint64_t chat,
                                            uint32_t player,
                                            char * buffer,
                                            size_t capacity,
                                            size_t * length);

/**
 * The number of a player of the session, or of one that has left.
 */
consonance_error consonance_find_player(uint64_t chat, const char * name, uint32_t * player);

/**
 * Sends a text to all listeners of a room, and tells its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` has.
 */
consonance_error consonance_send_text_to_room(uint64_t chat,
                                              const char * room,
                                              const char * text,
                                              uint64_t * number);

/**
 * Sends a text to a player, and tells its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` has.
 */
consonance_error consonance_send_text_to_player(uint64_t chat,
                                                uint32_t player,
                                                const char * text,
                                                uint64_t * number);

/**
 * Has the server do something to a player, where the join token permits moderation: 0 remove it from the session,
 * 1 mute it, for so many seconds or, with 0, forever, 2 unmute it, 3 move it from one room to another.
 *
 * `from_room` and `to_room` are for the last; `reason` may be null. `CONSONANCE_EVENT_TYPE_MODERATED` tells what
 * became of it.
 */
consonance_error consonance_moderate(uint64_t chat,
                                     uint32_t player,
                                     uint32_t action,
                                     uint32_t seconds,
                                     const char * from_room,
                                     const char * to_room,
                                     const char * reason);

/**
 * Records all players of a chat, each into a WAV file of its own in this folder, which is made if it is not there, and
 * tells the recording's handle; `consonance_destroy` completes the files.
 */
consonance_error consonance_record(uint64_t chat,
                                   const char * folder,
                                   uint64_t * recording);

/**
 * Sends the mix of all players to the engine, which pulls it, and tells the stream's handle. A second stream ends the
 * first one's sound.
 */
consonance_error consonance_engine_output(uint64_t chat,
                                          uint64_t * stream);

/**
 * Takes a player out of the mix, for an engine that places voices itself, and tells the stream's handle. Ends with
 * `consonance_destroy`; until then it is that player's, also after it has left and joined again.
 */
consonance_error consonance_player_stream(uint64_t chat,
                                          uint32_t player,
                                          uint64_t * stream);

/**
 * Speaks with what the engine records and pushes, and tells the stream's handle.
 */
consonance_error consonance_engine_input(uint64_t chat, uint64_t * stream);

/**
 * Takes what the engine plays, so that echo cancelling can remove it from the microphone, and tells the stream's
 * handle. `with_voices` is 1 where the voices are in what is pushed, as from an engine's last mixer stage, and 0 where
 * it is the game's own sound alone.
 */
consonance_error consonance_echo_reference(uint64_t chat,
                                           uint32_t with_voices,
                                           uint64_t * stream);

/**
 * Overwrites `frames` frames of so many channels, in turn, with what is played next, at this rate; all three may
 * change with each call. May be called from an audio callback.
 *
 * What cannot be had is silence, also where an error is returned. Rates from 8 to 192 kHz.
 */
consonance_error consonance_pull(uint64_t stream,
                                 float * interleaved,
                                 size_t frames,
                                 uint32_t channels,
                                 uint32_t sample_rate_hz);

/**
 * Takes `frames` frames of so many channels, in turn, at this rate; all three may change with each call. May be called
 * from an audio callback.
 *
 * What finds no room is dropped. Rates from 8 to 192 kHz.
 */
consonance_error consonance_push(uint64_t stream,
                                 const float * interleaved,
                                 size_t frames,
                                 uint32_t channels,
                                 uint32_t sample_rate_hz);

/**
 * The settings in force; before there is a chat, with 0 for it, the defaults.
 */
consonance_error consonance_get_voice_settings(uint64_t chat, consonance_voice_settings * settings);

/**
 * Changes whatever differs from the settings in force. Another `frame_ms` means joining the session again, which
 * happens by itself.
 */
consonance_error consonance_set_voice_settings(uint64_t chat,
                                               const struct consonance_voice_settings * settings);

/**
 * Sends nothing while muted (1).
 */
consonance_error consonance_set_muted(uint64_t chat, uint32_t muted);

/**
 * Tells that the key for push to talk was pressed (1) or released (0).
 */
consonance_error consonance_set_push_to_talk(uint64_t chat, uint32_t pressed);

/**
 * The priority of channels without their own: 0 low, 1 default, 2 medium, 3 high. While a player of a higher priority
 * speaks, players of a lower one are not heard.
 */
consonance_error consonance_set_priority(uint64_t chat,
                                         int32_t wanted);

/**
 * Has the player hold a token (1), or not any more (0).
 */
consonance_error consonance_set_token(uint64_t chat, const char * token, uint32_t held);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CONSONANCE_H */
