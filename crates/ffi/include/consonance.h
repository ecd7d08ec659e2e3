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
 * Changes when programs that were compiled with an older header can no longer use the library.
 */
#define CONSONANCE_ABI 1

/**
 * The result of a function: 0 on success, more than 0 where there was nothing to do, less than 0 on failure.
 */
enum consonance_error
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Success.
     */
    CONSONANCE_ERROR_NONE = 0,
    /**
     * Nothing is queued: no event, no log line, no packet.
     */
    CONSONANCE_ERROR_NOTHING = 1,
    /**
     * A required pointer is null.
     */
    CONSONANCE_ERROR_NULL = -1,
    /**
     * The size of a struct matches no version of this library, or a field is set that this version lacks.
     */
    CONSONANCE_ERROR_STRUCT_SIZE = -2,
    /**
     * A text is not UTF-8.
     */
    CONSONANCE_ERROR_NOT_UTF8 = -3,
    /**
     * The handle names no object, or the object was destroyed.
     */
    CONSONANCE_ERROR_HANDLE = -4,
    /**
     * A value is out of range.
     */
    CONSONANCE_ERROR_VALUE = -5,
    /**
     * A buffer is too small; the required size was written if a pointer for it was passed.
     */
    CONSONANCE_ERROR_BUFFER_TOO_SMALL = -6,
    /**
     * No player has this number or name.
     */
    CONSONANCE_ERROR_PLAYER = -7,
    /**
     * The library's limit of objects is reached.
     */
    CONSONANCE_ERROR_LIMIT = -8,
    /**
     * Another thread is using the stream.
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
     * The library panicked; please report it.
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
 * The proof of a member's account.
 */
enum consonance_account_proof
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None: the member has no account or no attestation, or there is no key to verify one.
     */
    CONSONANCE_ACCOUNT_PROOF_CLAIMED = 0,
    /**
     * A service whose key is in the settings signed that the key belongs to the account.
     */
    CONSONANCE_ACCOUNT_PROOF_ATTESTED = 1,
    /**
     * The attestation is not valid: from another service, for another account or key, or expired.
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
 * A change of the encryption.
 *
 * It is the `detail` of `CONSONANCE_EVENT_TYPE_ENCRYPTION`.
 */
enum consonance_encryption_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A change that this version has no number for.
     */
    CONSONANCE_ENCRYPTION_EVENT_OTHER = 0,
    /**
     * The encryption began or ended.
     *
     * `number` is a `consonance_encryption_state`.
     */
    CONSONANCE_ENCRYPTION_EVENT_STATE = 1,
    /**
     * The set of rooms without encryption has changed, as the client of a player signed; no player if that was before
     * this chat joined.
     *
     * It is `player`, or 0.
     */
    CONSONANCE_ENCRYPTION_EVENT_ROOMS_CHANGED = 2,
    /**
     * A player has a different key than at the last meeting: another device, a new installation, or another player.
     *
     * It is `player`; `number` is 1 if the previous key was verified.
     */
    CONSONANCE_ENCRYPTION_EVENT_KEY_CHANGED = 3,
    /**
     * A player claims to be in another group than this chat: the server shows them different groups, or the claim is
     * false. If other members confirm this chat's group, do not trust the player; if several claim it, trust nothing.
     *
     * It is `player`.
     */
    CONSONANCE_ENCRYPTION_EVENT_FORKED = 4,
    /**
     * The server asks for weaker encryption than before; nothing is sent.
     */
    CONSONANCE_ENCRYPTION_EVENT_WEAKENED = 5,
    /**
     * The server stored a report of this chat for the game's moderators.
     *
     * See `consonance_report_players`.
     */
    CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN = 6,
    /**
     * The server did not store a report of this chat, and the text says why.
     */
    CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED = 7,
    /**
     * Something that the player says or writes is not sent, since the chat requires encryption; the text says what,
     * and why. Reported once until the keys change.
     *
     * It is everything if `room` is empty and `player` is 0, otherwise what goes to that room or player.
     */
    CONSONANCE_ENCRYPTION_EVENT_WITHHELD = 8,
    /**
     * There is no room for the keys of further players: those stay new at each meeting.
     */
    CONSONANCE_ENCRYPTION_EVENT_KNOWN_KEYS_FULL = 9,
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
     * If the session offers it. Once the session has required it, nothing is sent or played without encryption.
     */
    CONSONANCE_ENCRYPTION_POLICY_WHERE_OFFERED = 0,
    /**
     * Always: if the session does not offer it, nothing is sent and nothing is played.
     */
    CONSONANCE_ENCRYPTION_POLICY_REQUIRED = 1,
    /**
     * Never: a session that requires it rejects this player.
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
     * Not encrypted: the session does not offer it, or the chat does not want it.
     */
    CONSONANCE_ENCRYPTION_STATE_OFF = 0,
    /**
     * There are no keys yet, or they were lost: nothing is sent and nothing is played.
     */
    CONSONANCE_ENCRYPTION_STATE_WAITING = 1,
    /**
     * Encrypted, except in rooms that all members know as not encrypted.
     *
     * See `consonance_is_room_encrypted`.
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
 * Whether a member is known from an earlier session.
 */
enum consonance_recognition
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The player of this chat.
     */
    CONSONANCE_RECOGNITION_LOCAL = 0,
    /**
     * Not met before; known from the next list on.
     */
    CONSONANCE_RECOGNITION_NEW = 1,
    /**
     * Met before, with the same key.
     */
    CONSONANCE_RECOGNITION_KNOWN = 2,
    /**
     * Met before, with the same key, and its safety number was compared.
     */
    CONSONANCE_RECOGNITION_VERIFIED = 3,
    /**
     * A different key than before: another device, a new installation, or another player.
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
     * Not encrypted.
     */
    CONSONANCE_SESSION_ENCRYPTION_OFF = 0,
    /**
     * Encrypted between clients that support it; a room is not encrypted while another client listens to it.
     */
    CONSONANCE_SESSION_ENCRYPTION_ALLOWED = 1,
    /**
     * Encrypted; clients without encryption are rejected.
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
 * When the player's voice is sent.
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
     * While the key for push-to-talk is pressed.
     *
     * See `consonance_set_push_to_talk`.
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
 * When a channel sends voice.
 */
enum consonance_channel_activation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * As the chat's settings say.
     */
    CONSONANCE_CHANNEL_ACTIVATION_INHERIT = 0,
    /**
     * Always.
     */
    CONSONANCE_CHANNEL_ACTIVATION_OPEN = 1,
    /**
     * While speech is detected.
     */
    CONSONANCE_CHANNEL_ACTIVATION_VOICE = 2,
    /**
     * Never.
     */
    CONSONANCE_CHANNEL_ACTIVATION_CLOSED = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_channel_activation consonance_channel_activation;
#else
typedef int32_t consonance_channel_activation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much of the echo of the loudspeaker is removed from the microphone's sound.
 */
enum consonance_echo_cancelling
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None, for headphones.
     */
    CONSONANCE_ECHO_CANCELLING_OFF = 0,
    /**
     * A little.
     */
    CONSONANCE_ECHO_CANCELLING_LOW = 1,
    /**
     * As much as most rooms need.
     */
    CONSONANCE_ECHO_CANCELLING_MODERATE = 2,
    /**
     * As much as possible.
     */
    CONSONANCE_ECHO_CANCELLING_HIGH = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_echo_cancelling consonance_echo_cancelling;
#else
typedef int32_t consonance_echo_cancelling;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much steady noise is removed.
 */
enum consonance_noise_suppression
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * None.
     */
    CONSONANCE_NOISE_SUPPRESSION_OFF = 0,
    /**
     * 6 dB.
     */
    CONSONANCE_NOISE_SUPPRESSION_DB6 = 1,
    /**
     * 12 dB.
     */
    CONSONANCE_NOISE_SUPPRESSION_DB12 = 2,
    /**
     * 18 dB.
     */
    CONSONANCE_NOISE_SUPPRESSION_DB18 = 3,
    /**
     * 24 dB.
     */
    CONSONANCE_NOISE_SUPPRESSION_DB24 = 4,
    /**
     * All but speech, by a neural network: 20 ms later than the others.
     */
    CONSONANCE_NOISE_SUPPRESSION_STRONG = 5,
    /**
     * The same by a smaller network, at a fifth of the cost.
     */
    CONSONANCE_NOISE_SUPPRESSION_STRONG_LIGHT = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_noise_suppression consonance_noise_suppression;
#else
typedef int32_t consonance_noise_suppression;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * While a player of a higher priority speaks, players of a lower one are not heard.
 */
enum consonance_priority
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Below the default.
     */
    CONSONANCE_PRIORITY_LOW = 0,
    /**
     * What players have.
     */
    CONSONANCE_PRIORITY_DEFAULT = 1,
    /**
     * Above the default.
     */
    CONSONANCE_PRIORITY_MEDIUM = 2,
    /**
     * The highest.
     */
    CONSONANCE_PRIORITY_HIGH = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_priority consonance_priority;
#else
typedef int32_t consonance_priority;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The bit rate of the player's voice.
 */
enum consonance_quality
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * 10 kbit/s.
     */
    CONSONANCE_QUALITY_LOW = 0,
    /**
     * 17 kbit/s.
     */
    CONSONANCE_QUALITY_MEDIUM = 1,
    /**
     * 24 kbit/s.
     */
    CONSONANCE_QUALITY_HIGH = 2,
    /**
     * 64 kbit/s, for more than speech.
     */
    CONSONANCE_QUALITY_MUSIC = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_quality consonance_quality;
#else
typedef int32_t consonance_quality;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How the volume of voices falls with distance.
 */
enum consonance_roll_off
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Not at all.
     */
    CONSONANCE_ROLL_OFF_CONSTANT = 0,
    /**
     * Linearly, to silence at the maximum distance.
     */
    CONSONANCE_ROLL_OFF_LINEAR = 1,
    /**
     * With the inverse of the distance, as in the open.
     */
    CONSONANCE_ROLL_OFF_INVERSE = 2,
    /**
     * With the inverse of its square.
     */
    CONSONANCE_ROLL_OFF_INVERSE_SQUARE = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_roll_off consonance_roll_off;
#else
typedef int32_t consonance_roll_off;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How direction is made audible.
 */
enum consonance_spatial_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * HRTF on headphones, and panning elsewhere.
     */
    CONSONANCE_SPATIAL_MODE_AUTOMATIC = 0,
    /**
     * Panning.
     */
    CONSONANCE_SPATIAL_MODE_PANNING = 1,
    /**
     * HRTF, a model of the head.
     */
    CONSONANCE_SPATIAL_MODE_HEAD = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_spatial_mode consonance_spatial_mode;
#else
typedef int32_t consonance_spatial_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The protocol that carries packets to a server.
 */
enum consonance_transport
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * UDP.
     */
    CONSONANCE_TRANSPORT_UDP = 0,
    /**
     * A WebSocket with TLS, since UDP does not get through.
     */
    CONSONANCE_TRANSPORT_WEB_SOCKET = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_transport consonance_transport;
#else
typedef int32_t consonance_transport;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The state of a chat.
 */
enum consonance_connection
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Ended; the last event says why.
     */
    CONSONANCE_CONNECTION_ENDED = 0,
    /**
     * Connecting to its session.
     */
    CONSONANCE_CONNECTION_CONNECTING = 1,
    /**
     * Connected to its session.
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
 * What a moderator can ask the server to do to a player.
 *
 * See `consonance_moderate`.
 */
enum consonance_moderator_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Remove it from the session; it may come back.
     */
    CONSONANCE_MODERATOR_ACTION_KICK = 0,
    /**
     * Discard its voice.
     */
    CONSONANCE_MODERATOR_ACTION_MUTE = 1,
    /**
     * Let its voice be heard again.
     */
    CONSONANCE_MODERATOR_ACTION_UNMUTE = 2,
    /**
     * Remove it from a room, and ask it to listen to another one instead.
     */
    CONSONANCE_MODERATOR_ACTION_MOVE = 3,
    /**
     * Remove it from the session, and keep it out.
     */
    CONSONANCE_MODERATOR_ACTION_BAN = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_moderator_action consonance_moderator_action;
#else
typedef int32_t consonance_moderator_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The result of a moderator's request.
 *
 * It is the `detail` of `CONSONANCE_EVENT_TYPE_MODERATED`.
 */
enum consonance_moderator_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The request was carried out.
     */
    CONSONANCE_MODERATOR_ANSWER_DONE = 0,
    /**
     * The join token of this chat does not permit moderation.
     */
    CONSONANCE_MODERATOR_ANSWER_NOT_MODERATOR = 1,
    /**
     * No player of this name is in the session.
     */
    CONSONANCE_MODERATOR_ANSWER_NO_PLAYER = 2,
    /**
     * The player is a moderator, too, or the operator has muted it: only the operator can change that.
     */
    CONSONANCE_MODERATOR_ANSWER_PROTECTED = 3,
    /**
     * The player does not listen to the room.
     */
    CONSONANCE_MODERATOR_ANSWER_NOT_IN_ROOM = 4,
    /**
     * The player may not listen to the room that it was to go to.
     */
    CONSONANCE_MODERATOR_ANSWER_ROOM_FORBIDDEN = 5,
    /**
     * The room that it was to go to is full.
     */
    CONSONANCE_MODERATOR_ANSWER_ROOM_FULL = 6,
    /**
     * The server could not do it, or has not answered.
     */
    CONSONANCE_MODERATOR_ANSWER_FAILED = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_moderator_answer consonance_moderator_answer;
#else
typedef int32_t consonance_moderator_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A decision of the server's operator about the player of this chat.
 *
 * It is the `detail` of `CONSONANCE_EVENT_TYPE_OPERATOR`.
 */
enum consonance_operator_decision
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The player is restricted.
     *
     * `number` is a `consonance_restriction`.
     */
    CONSONANCE_OPERATOR_DECISION_RESTRICTED = 1,
    /**
     * A restriction is lifted.
     *
     * `number` is a `consonance_restriction`.
     */
    CONSONANCE_OPERATOR_DECISION_LIFTED = 2,
    /**
     * What the player may do in a room has changed.
     *
     * It is `room`.
     */
    CONSONANCE_OPERATOR_DECISION_ROOM_RIGHTS = 3,
    /**
     * The player was moved to another room.
     *
     * It is `room`; `name` is the room that the player listened to before.
     */
    CONSONANCE_OPERATOR_DECISION_MOVED = 4,
    /**
     * A text of the player came too soon, and was dropped.
     *
     * The next one is accepted in `number` ms.
     */
    CONSONANCE_OPERATOR_DECISION_TEXT_HELD = 5,
    /**
     * A room is full.
     *
     * It is `room`: full for listeners if `number` is 0, for speakers if it is 1.
     */
    CONSONANCE_OPERATOR_DECISION_ROOM_FULL = 6,
    /**
     * The operator records the session, or no longer does.
     *
     * All of it if `number` is `UINT64_MAX`, otherwise the last `number` ms, which
     * is nothing if it is 0.
     */
    CONSONANCE_OPERATOR_DECISION_RECORDED = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_operator_decision consonance_operator_decision;
#else
typedef int32_t consonance_operator_decision;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The part of a chat that has a problem.
 *
 * It is the `detail` of `CONSONANCE_EVENT_TYPE_PROBLEM`.
 */
enum consonance_problem
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Something else, which the text says.
     */
    CONSONANCE_PROBLEM_OTHER = 0,
    /**
     * Too many requests at once; one was dropped.
     */
    CONSONANCE_PROBLEM_COMMANDS = 1,
    /**
     * A room cannot be joined.
     */
    CONSONANCE_PROBLEM_ROOM = 2,
    /**
     * A channel cannot be opened.
     */
    CONSONANCE_PROBLEM_CHANNEL = 3,
    /**
     * The player's own voice cannot be encoded or sent as requested.
     */
    CONSONANCE_PROBLEM_VOICE = 4,
    /**
     * The microphone, another input, or the game's own sound.
     */
    CONSONANCE_PROBLEM_INPUT = 5,
    /**
     * A setting for hearing another player cannot be remembered.
     */
    CONSONANCE_PROBLEM_HEARING = 6,
    /**
     * Another player is present but cannot be heard.
     */
    CONSONANCE_PROBLEM_PLAYER = 7,
    /**
     * A player's sound cannot be taken.
     */
    CONSONANCE_PROBLEM_TAP = 8,
    /**
     * There is no such device, or the chat uses none.
     */
    CONSONANCE_PROBLEM_DEVICE = 9,
    /**
     * A player cannot be moderated.
     */
    CONSONANCE_PROBLEM_MODERATION = 10,
    /**
     * The keys of an encrypted session.
     */
    CONSONANCE_PROBLEM_ENCRYPTION = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_problem consonance_problem;
#else
typedef int32_t consonance_problem;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A right that an operator can take from a player.
 */
enum consonance_restriction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * To be heard.
     */
    CONSONANCE_RESTRICTION_MUTED = 0,
    /**
     * To send texts.
     */
    CONSONANCE_RESTRICTION_TEXT_MUTED = 1,
    /**
     * To hear others.
     */
    CONSONANCE_RESTRICTION_DEAFENED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_restriction consonance_restriction;
#else
typedef int32_t consonance_restriction;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The type of an event.
 */
enum consonance_event_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * An event that this version has no number for.
     *
     * `text` describes it.
     */
    CONSONANCE_EVENT_TYPE_OTHER = 0,
    /**
     * The player is in the session; again after each reconnect.
     */
    CONSONANCE_EVENT_TYPE_JOINED = 1,
    /**
     * The connection was lost and resumed; other players did not notice.
     */
    CONSONANCE_EVENT_TYPE_RESUMED = 2,
    /**
     * The list of players that joined earlier is complete.
     */
    CONSONANCE_EVENT_TYPE_PLAYERS_SYNCED = 3,
    /**
     * Another player is in the session.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_PLAYER_JOINED = 4,
    /**
     * A player has left.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_PLAYER_LEFT = 5,
    /**
     * A player listens to a room; also the player of this chat.
     *
     * They are `player` and `room`.
     */
    CONSONANCE_EVENT_TYPE_ENTERED_ROOM = 6,
    /**
     * A player no longer listens to a room.
     *
     * They are `player` and `room`.
     */
    CONSONANCE_EVENT_TYPE_EXITED_ROOM = 7,
    /**
     * The server removed the player of this chat from a room.
     *
     * It is `room`.
     */
    CONSONANCE_EVENT_TYPE_REMOVED_FROM_ROOM = 8,
    /**
     * A player speaks.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_STARTED_SPEAKING = 9,
    /**
     * A player stopped speaking.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_STOPPED_SPEAKING = 10,
    /**
     * A player has sent a text to a room, or to the player of this chat.
     *
     * They are `player`, `text` and `room`, which is empty for a text to the player of this chat.
     */
    CONSONANCE_EVENT_TYPE_TEXT = 11,
    /**
     * A text of this chat is on its way.
     *
     * It is the text with the number `number`, and goes to `detail` players.
     */
    CONSONANCE_EVENT_TYPE_TEXT_SENT = 12,
    /**
     * A text of this chat was not sent.
     *
     * It is the text with the number `number`; `text` says why.
     */
    CONSONANCE_EVENT_TYPE_TEXT_NOT_SENT = 13,
    /**
     * A device came, went, or was changed.
     *
     * `detail` is 1 for the loudspeaker and 0 for the microphone, `number` is 1 while sound flows, `name` is the
     * device, `text` is `running`, `lost`, `missing`, `denied`, `busy` or `off`.
     */
    CONSONANCE_EVENT_TYPE_DEVICE = 14,
    /**
     * The server's operator has decided something about the player of this chat.
     *
     * `detail` is a `consonance_operator_decision`, `number`, `name` and `room` depend on it, `text` describes it.
     */
    CONSONANCE_EVENT_TYPE_OPERATOR = 15,
    /**
     * The result of this chat's request to moderate a player.
     *
     * It is about `player`: `detail` is a `consonance_moderator_answer`, 0 on
     * success, `number` the `consonance_moderator_action`.
     */
    CONSONANCE_EVENT_TYPE_MODERATED = 16,
    /**
     * The chat rejoins the session because the frame length has changed.
     */
    CONSONANCE_EVENT_TYPE_REJOINING = 17,
    /**
     * The server is about to end the session.
     *
     * It does in `number` ms; `text` is the address to which it redirects players, or empty.
     */
    CONSONANCE_EVENT_TYPE_DRAINING = 18,
    /**
     * The server cancelled the shutdown.
     */
    CONSONANCE_EVENT_TYPE_DRAIN_CANCELLED = 19,
    /**
     * The chat follows a redirect to another server.
     */
    CONSONANCE_EVENT_TYPE_REDIRECTING = 20,
    /**
     * The session was lost; the next attempt follows.
     *
     * `text` says why. The attempt follows in `number` ms.
     */
    CONSONANCE_EVENT_TYPE_CONNECTION_LOST = 21,
    /**
     * The transport of packets changed.
     *
     * `detail` is a `consonance_transport`, `text` says why.
     */
    CONSONANCE_EVENT_TYPE_TRANSPORT_CHANGED = 22,
    /**
     * A request failed. Voice continues.
     *
     * `detail` is a `consonance_problem`, `text` says what to do.
     */
    CONSONANCE_EVENT_TYPE_PROBLEM = 23,
    /**
     * The chat has ended. It is the last event.
     *
     * `name` is a stable code, `text` says why.
     */
    CONSONANCE_EVENT_TYPE_ENDED = 24,
    /**
     * The encryption of the session changed.
     *
     * `detail` is a `consonance_encryption_event`, `player` the member
     * concerned, `number` depends on `detail`, `text` describes it.
     */
    CONSONANCE_EVENT_TYPE_ENCRYPTION = 25,
    /**
     * A caption: the words of a player, transcribed by a player.
     *
     * `player` said `text` to `room`, or to the player of this chat if `room` is empty; the player with the number
     * `number` transcribed it. `detail` is 1 if it is final, and 0 if the next caption about `player` replaces it.
     */
    CONSONANCE_EVENT_TYPE_CAPTION = 26,
    /**
     * Voice and texts can now go to a player over a direct link.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_DIRECT_LINK_MADE = 27,
    /**
     * A player is now reached only through the server.
     *
     * It is `player`.
     */
    CONSONANCE_EVENT_TYPE_DIRECT_LINK_LOST = 28,
    /**
     * The player of this chat holds an access token.
     *
     * It is `text`.
     */
    CONSONANCE_EVENT_TYPE_TOKEN_ADDED = 29,
    /**
     * The player of this chat no longer holds an access token.
     *
     * It is `text`.
     */
    CONSONANCE_EVENT_TYPE_TOKEN_REMOVED = 30,
    /**
     * The link leads to another server.
     *
     * Its address is `text`; `CONSONANCE_EVENT_TYPE_RESUMED` or `CONSONANCE_EVENT_TYPE_JOINED` follows.
     */
    CONSONANCE_EVENT_TYPE_SERVER_CHANGED = 31,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum consonance_event_type consonance_event_type;
#else
typedef int32_t consonance_event_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The network that carries a chat's packets.
 */
enum consonance_network
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * QUIC, or a WebSocket where UDP is blocked, to the address in the settings.
     */
    CONSONANCE_NETWORK_ADDRESS = 0,
    /**
     * The game's own connection.
     *
     * See `consonance_packet_out`.
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
 * What a game has to do with a packet, or has become of a link.
 */
enum consonance_packet_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Send the bytes: to the server, or to the peer.
     */
    CONSONANCE_PACKET_ACTION_SEND = 0,
    /**
     * A chat wants to reach its server: say so once its link is up.
     *
     * See `consonance_link`.
     */
    CONSONANCE_PACKET_ACTION_CONNECT = 1,
    /**
     * The chat has left, or the host disconnects the peer: treat its link as closed.
     */
    CONSONANCE_PACKET_ACTION_DISCONNECT = 2,
    /**
     * The bytes came from the server of a link.
     */
    CONSONANCE_PACKET_ACTION_RECEIVED = 3,
    /**
     * A link is up.
     *
     * `peer` is its `consonance_transport`, and the bytes are a text that says why.
     */
    CONSONANCE_PACKET_ACTION_CONNECTED = 4,
    /**
     * A link has ended or could not connect. It is the last action.
     *
     * The bytes are a text that says why.
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
 * The audio input and output of a chat.
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
     * The game's engine.
     *
     * See `consonance_engine_output` and `consonance_engine_input`.
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
 * An array of values, read only.
 */
typedef const uint32_t *Array_u32;

/**
 * A member of the session's group. Only members can decrypt voice and text. Texts are in the buffer that was passed,
 * and never null.
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
     * The epoch of the member list.
     */
    uint64_t epoch;
    /**
     * 1 for the player of this chat.
     */
    uint32_t is_local;
    /**
     * 1 if the member signed that it is in the same epoch of the same group.
     */
    uint32_t is_confirmed;
    /**
     * Whether it is known from an earlier session: `consonance_recognition`.
     */
    int32_t recognition;
    /**
     * 1 if its key has changed and the previous key was verified.
     */
    uint32_t was_verified;
    /**
     * The proof of the account: `consonance_account_proof`.
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
     * The account that it claims; empty if it has none.
     */
    const char *account;
    /**
     * The purpose of the member, if it is not a player; otherwise empty.
     */
    const char *purpose;
    /**
     * The public key that it signs with: 64 hexadecimal digits.
     */
    const char *key;
    /**
     * Its safety number as six words: both players see the same words unless a server intercepts them. Empty for the
     * player of this chat.
     */
    const char *safety_words;
    /**
     * The same as 30 digits, in groups of five.
     */
    const char *safety_digits;
} consonance_encrypted_member;

/**
 * A chat's encryption, and the player's identity towards others. Zeros and nulls are the defaults.
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
     * The player's key from `consonance_generate_identity`, by which others recognise the player; null for a new key
     * for this chat.
     */
    const uint8_t * identity;
    /**
     * The player's account, at most 256 bytes; null or empty if it has none. The key belongs to the account, not to
     * the player's name.
     */
    const char * account;
    /**
     * A game service's attestation of the account and the key, at most 1024 bytes: a JSON Web Token with `sub`, `cnf`
     * and `exp`, which all members see; null for none.
     */
    const char * attestation;
    /**
     * The keys of the services whose attestations are trusted: an Ed25519 JSON Web Key, or a set of them. Null for
     * none; then accounts are only claims.
     */
    const char * attestation_keys;
    /**
     * The purpose of this member, if it is not a player: `recording`, `moderation`; at most 256 bytes, null or empty
     * for a player. All members see it.
     */
    const char * purpose;
    /**
     * The keys of players from earlier sessions, as `consonance_get_known_keys` wrote them; null for none.
     */
    const uint8_t * known_keys;
    /**
     * The length of `identity` in bytes.
     */
    uint32_t identity_length;
    /**
     * The length of `known_keys` in bytes.
     */
    uint32_t known_keys_length;
    /**
     * 1 for frames of constant size without a loudness value, so that the server cannot infer words from sizes. It
     * costs a twelfth of the bit rate.
     */
    uint32_t constant_rate;
    /**
     * 1 to sign the player's speech once a second: reports of other members then prove it, and it is no longer
     * deniable.
     */
    uint32_t sign_speech;
    /**
     * The public key of the game's moderators, as `consonance decrypt --new-key` wrote it: `consonance_report_players`
     * encrypts to it. Null for none; then no audio is kept for reports.
     */
    const char * moderators_key;
    /**
     * A file to which the keys of encrypted sessions are appended, for `consonance decrypt`: with it, the server's
     * recordings can be decrypted. Null for none.
     */
    const char * key_log;
} consonance_encryption_settings;

/**
 * The current encryption of a chat. Texts are in the buffer that was passed, and never null.
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
     * The number of key changes in the current group.
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
     * The group's safety number as six words: all members see the same words unless a server intercepts them. Empty
     * without a group.
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
     * Packets of others without encryption, from rooms or players where that is allowed.
     */
    uint64_t packets_received_plain;
    /**
     * Own packets that were dropped for lack of keys.
     */
    uint64_t packets_without_keys;
    /**
     * Packets of others that were dropped: not encrypted where required, forged, repeated, from another member than
     * the server named, or from an unknown epoch.
     */
    uint64_t packets_refused;
} consonance_encryption_status;

/**
 * The current state of a channel.
 */
typedef struct consonance_channel_state {
    /**
     * `sizeof(consonance_channel_state)`.
     */
    uint32_t size;
    /**
     * 1 while voice is sent on it.
     */
    uint32_t is_open;
    /**
     * Its current volume while fading, 0 to 2.
     */
    float volume;
} consonance_channel_state;

/**
 * The properties of a channel to a room or a player.
 */
typedef struct consonance_channel_settings {
    /**
     * `sizeof(consonance_channel_settings)`.
     */
    uint32_t size;
    /**
     * 1 to play the voice from the speaker's position.
     */
    uint32_t positional;
    /**
     * A `consonance_priority`, or −1 for the player's own.
     */
    int32_t priority;
    /**
     * The amplitude factor, 0 to 2.
     */
    float amplitude;
    /**
     * When it sends voice: `consonance_channel_activation`.
     */
    int32_t activation;
    /**
     * The fade-in time in seconds, at most 30.
     */
    float fade_in_seconds;
    /**
     * The fade-out time in seconds, at most 30.
     */
    float fade_out_seconds;
} consonance_channel_settings;

/**
 * The settings of a chat. `consonance_settings_init` sets everything to its default.
 */
typedef struct consonance_settings {
    /**
     * `sizeof(consonance_settings)`.
     */
    uint32_t size;
    /**
     * Audio input and output: `consonance_sound`.
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
     * The join token for a server that restricts joining, or null.
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
     * The number of rooms in `listen_rooms`.
     */
    uint32_t listen_room_count;
    /**
     * The number of rooms in `speak_rooms`.
     */
    uint32_t speak_room_count;
    /**
     * The microphone's name, as in `consonance_get_devices`; null for the system's default.
     */
    const char * microphone;
    /**
     * The loudspeaker's name; null for the system's default.
     */
    const char * loudspeaker;
    /**
     * The processing and sending of the voice; null for the defaults.
     */
    const struct consonance_voice_settings * voice;
    /**
     * How long to retry after the connection is lost, in ms; 0 for no limit.
     */
    uint32_t reconnect_timeout_ms;
    /**
     * 1 to retry when the first attempt fails, for a server that may start later.
     */
    uint32_t retry_first_connect;
    /**
     * 1 to send the listener's position to the server, for its proximity rooms.
     */
    uint32_t share_position;
    /**
     * The network that carries the packets: `consonance_network`.
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
 * The counters of a chat since it was started.
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
     * Packets received.
     */
    uint64_t packets_received;
    /**
     * Their bytes.
     */
    uint64_t bytes_received;
    /**
     * Packets sent.
     */
    uint64_t packets_sent;
    /**
     * Their bytes.
     */
    uint64_t bytes_sent;
    /**
     * The share of frames that did not reach the server, 0 to 1; −1 while unknown.
     */
    float uplink_loss;
    /**
     * The delay from recording to sending, in ms.
     */
    float capture_delay_ms;
    /**
     * Audio buffered for the engine, in ms.
     */
    float output_fill_ms;
    /**
     * How much faster the engine's clock runs than ours, in parts per million.
     */
    float output_drift_ppm;
    /**
     * Interruptions of the audio for the engine.
     */
    uint64_t output_interruptions;
    /**
     * Audio buffered from the engine, in ms.
     */
    float input_fill_ms;
    /**
     * How much faster the engine's clock runs than ours, in parts per million.
     */
    float input_drift_ppm;
    /**
     * Interruptions of the audio from the engine.
     */
    uint64_t input_interruptions;
} consonance_statistics;

/**
 * The current state of a chat.
 */
typedef struct consonance_status {
    /**
     * `sizeof(consonance_status)`.
     */
    uint32_t size;
    /**
     * The state of the connection: `consonance_connection`.
     */
    int32_t connection;
    /**
     * 1 while voice is sent on any channel.
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
     * The speaking player with the highest priority, or 0.
     */
    uint32_t top_priority_speaker;
    /**
     * The microphone's level: the mean absolute value of the last 10 ms, 0 to 1.
     */
    float amplitude;
    /**
     * The share of lost frames from other players, 0 to 1; −1 while unknown.
     */
    float packet_loss;
    /**
     * Events that were dropped because they were not polled in time.
     */
    uint64_t events_dropped;
} consonance_status;

/**
 * An event. Texts are in the buffer that was passed, and never null.
 */
typedef struct consonance_event {
    /**
     * `sizeof(consonance_event)`.
     */
    uint32_t size;
    /**
     * The type: `consonance_event_type`.
     */
    int32_t kind;
    /**
     * The player concerned, or 0.
     */
    uint32_t player;
    /**
     * Depends on the type.
     */
    int32_t detail;
    /**
     * Depends on the type.
     */
    uint64_t number;
    /**
     * The player's name, or depends on the type.
     */
    const char *name;
    /**
     * The room's name.
     */
    const char *room;
    /**
     * Depends on the type.
     */
    const char *text;
} consonance_event;

/**
 * The settings of a host. Zeros and nulls are the defaults.
 */
typedef struct consonance_host_settings {
    /**
     * `sizeof(consonance_host_settings)`.
     */
    uint32_t size;
    /**
     * The maximum number of players; 0 for no limit but the server's own.
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
     * The longest reliable packet of the game's own network, in bytes; 0 if it carries no voice.
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
 * The position and orientation of the listener.
 */
typedef struct consonance_pose {
    /**
     * Metres, in the axes of the players' positions.
     */
    float position[3];
    /**
     * The direction of view; need not have the length 1.
     */
    float forward[3];
    /**
     * The direction of the top of the head.
     */
    float up[3];
} consonance_pose;

/**
 * An outgoing packet or an action, for a game's own network.
 */
typedef struct consonance_packet {
    /**
     * `sizeof(consonance_packet)`.
     */
    uint32_t size;
    /**
     * The action: `consonance_packet_action`.
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
     * 1 while it speaks to this player; for the player of this chat, while any player hears it.
     */
    uint32_t is_speaking;
    /**
     * 1 while it is muted locally.
     */
    uint32_t is_muted;
    /**
     * 1 while its voice is played from its position.
     */
    uint32_t is_positional;
    /**
     * A `consonance_priority`, or −1 while it is silent.
     */
    int32_t priority;
    /**
     * Its current amplitude, 0 to 1, before volume and distance.
     */
    float amplitude;
    /**
     * Its local volume: an amplitude factor, 0 to 4.
     */
    float volume;
    /**
     * The share of its last frames that were lost, 0 to 1; −1 while unknown.
     */
    float packet_loss;
} consonance_player_info;

/**
 * The position of a player.
 */
typedef struct consonance_position {
    /**
     * The player's number.
     */
    uint32_t player;
    /**
     * 0 if the position is no longer known.
     */
    uint32_t is_known;
    /**
     * Metres, in Unity's axes: x to the right, y up, z forward.
     */
    float position[3];
    /**
     * The occlusion between player and listener, from 0 (none) to 1 (a wall).
     */
    float occlusion;
} consonance_position;

/**
 * The attenuation of voices with distance, and the rendering of direction.
 */
typedef struct consonance_spatial_settings {
    /**
     * `sizeof(consonance_spatial_settings)`.
     */
    uint32_t size;
    /**
     * How direction is made audible: `consonance_spatial_mode`.
     */
    int32_t mode;
    /**
     * How the volume falls with distance: `consonance_roll_off`.
     */
    int32_t roll_off;
    /**
     * The distance up to which a voice has its full volume, in metres.
     */
    float min_distance;
    /**
     * The distance from which a voice is silent, in metres.
     */
    float max_distance;
} consonance_spatial_settings;

/**
 * Reception statistics of a player's voice.
 */
typedef struct consonance_speaker_statistics {
    /**
     * `sizeof(consonance_speaker_statistics)`.
     */
    uint32_t size;
    /**
     * The share of its last 128 frames that were lost, 0 to 1.
     */
    float loss;
    /**
     * Packets received.
     */
    uint64_t received;
    /**
     * Frames that were played from their own packet.
     */
    uint64_t played;
    /**
     * Frames whose packet had not arrived at their playback time.
     */
    uint64_t lost;
    /**
     * Frames that were recovered from a later packet.
     */
    uint64_t recovered;
    /**
     * Packets that arrived after their playback time.
     */
    uint64_t late;
    /**
     * The delay of the jitter buffer, in ms.
     */
    float delay_ms;
    /**
     * The interarrival jitter (RFC 3550), in ms.
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
 * The processing and sending of the player's voice, and the playback of others.
 */
typedef struct consonance_voice_settings {
    /**
     * `sizeof(consonance_voice_settings)`.
     */
    uint32_t size;
    /**
     * When the player's voice is sent: `consonance_activation`.
     */
    int32_t activation;
    /**
     * The bit rate of the player's voice: `consonance_quality`.
     */
    int32_t quality;
    /**
     * Audio per packet, in ms: 10, 20, 40 or 60.
     */
    uint32_t frame_ms;
    /**
     * 1 for forward error correction, as much as the measured loss requires.
     */
    uint32_t error_correction;
    /**
     * How much echo is removed: `consonance_echo_cancelling`.
     */
    int32_t echo;
    /**
     * How much steady noise is removed: `consonance_noise_suppression`.
     */
    int32_t noise;
    /**
     * How much background a neural network removes, 0 (off) to 1 (80 dB).
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
     * The probability from which audio counts as speech, 0 to 1.
     */
    float detection_threshold;
    /**
     * How far below the threshold the probability must fall for speech to end, 0 to 1.
     */
    float detection_hysteresis;
    /**
     * How long speech lasts after the probability has fallen, in ms, at most 60 000.
     */
    uint32_t detection_hold_ms;
    /**
     * How much audio from before the detection is sent too, in ms.
     */
    uint32_t pre_roll_ms;
    /**
     * The volume of others while the player speaks: an amplitude factor, 0 to 1; 1 is off.
     */
    float ducking_level;
    /**
     * The time to fade the others down, in ms.
     */
    uint32_t ducking_down_ms;
    /**
     * The time to fade them up again, in ms.
     */
    uint32_t ducking_up_ms;
    /**
     * 1 to bring all players to the same loudness.
     */
    uint32_t auto_volume;
    /**
     * The volume of all players: an amplitude factor, 0 to 4.
     */
    float master_volume;
} consonance_voice_settings;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Listens to a room (1), or no longer (0). Calls are counted: after two calls with 1, two calls with 0 leave the room.
 */
consonance_error consonance_listen(uint64_t chat,
                                   const char * room,
                                   uint32_t listens);

/**
 * Opens a channel to a room and writes its number, which is never 0. `settings` may be null.
 */
consonance_error consonance_speak_in_room(uint64_t chat,
                                          const char * room,
                                          const consonance_channel_settings * settings,
                                          uint32_t * channel);

/**
 * Opens a channel to a player, for as long as the player is in the session, and writes its number, which is never 0.
 * `settings` may be null.
 */
consonance_error consonance_speak_to_player(uint64_t chat,
                                            uint32_t player,
                                            const consonance_channel_settings * settings,
                                            uint32_t * channel);

/**
 * Changes a channel, from the next packet on. A closed channel does not change.
 */
consonance_error consonance_set_channel(uint64_t chat,
                                        uint32_t channel,
                                        const consonance_channel_settings * settings);

/**
 * Closes a channel, with the next packet.
 */
consonance_error consonance_close_channel(uint64_t chat, uint32_t channel);

/**
 * The state of a channel. One that is not known yet, or was closed, is not open. May be called every frame.
 */
consonance_error consonance_get_channel_state(uint64_t chat,
                                              uint32_t channel,
                                              consonance_channel_state * state);

/**
 * Sets everything to its default. The size must be set before, to `sizeof(consonance_settings)`.
 */
consonance_error consonance_settings_init(consonance_settings * settings);

/**
 * Starts a chat, which joins its session in the background, and writes its handle. Returns at once.
 */
consonance_error consonance_start(const consonance_settings * settings, uint64_t * chat);

/**
 * Leaves the session. Events continue until `CONSONANCE_EVENT_TYPE_ENDED`.
 */
consonance_error consonance_stop(uint64_t chat);

/**
 * Destroys a chat with its streams, a stream, a recording, a host or a link, within 50 ms: work that takes longer,
 * such as disconnecting, continues in the background. The handle is invalid afterwards. Zero is ignored, and not an
 * error.
 */
consonance_error consonance_destroy(uint64_t handle);

/**
 * The current state of the chat. May be called every frame.
 */
consonance_error consonance_get_status(uint64_t chat, consonance_status * status);

/**
 * Takes the next event. Its texts are written into the buffer, one after the other; 2048 bytes are usually enough.
 *
 * The size of the event must be set before. Returns `CONSONANCE_ERROR_NOTHING` if no event is queued, and
 * `CONSONANCE_ERROR_BUFFER_TOO_SMALL` if the texts do not fit: then the event stays queued, and `length`, which may be
 * null, receives the required size. If more than 65 536 events are queued, the oldest are dropped.
 */
consonance_error consonance_poll_event(uint64_t chat,
                                       consonance_event * event,
                                       char * buffer,
                                       size_t capacity,
                                       size_t * length);

/**
 * The names of the microphones (0) or loudspeakers (1), one per line, the system's default first. Queries the audio
 * system, which takes a while.
 */
consonance_error consonance_get_devices(uint32_t loudspeakers,
                                        char * buffer,
                                        size_t capacity,
                                        size_t * length);

/**
 * Switches to another microphone (0) or loudspeaker (1), in a chat that was started with devices; null for the
 * system's default. A missing device is used as soon as it is connected, and the default until then.
 */
consonance_error consonance_select_device(uint64_t chat,
                                          uint32_t loudspeaker,
                                          const char * name);

/**
 * Generates a key of 64 bytes for a player, from the operating system's random numbers. Store it like a password and
 * pass it with the settings of each chat, so that others recognise the player. Its last 32 bytes are the public half,
 * which a service can attest to.
 *
 * `length` receives its size, also if the buffer is too small; then no key is generated.
 */
consonance_error consonance_generate_identity(uint8_t * buffer,
                                              size_t capacity,
                                              size_t * length);

/**
 * The current end-to-end encryption. Its texts need 128 bytes.
 *
 * The size of the status must be set before. `length`, which may be null, receives the size of the texts. The members
 * that `consonance_get_encrypted_member` writes are those of the last call of this function.
 */
consonance_error consonance_get_encryption(uint64_t chat,
                                           consonance_encryption_status * status,
                                           char * buffer,
                                           size_t capacity,
                                           size_t * length);

/**
 * A member of the session's group, from 0. Returns `CONSONANCE_ERROR_NOTHING` after the last one. 4096 bytes are
 * enough for its texts.
 *
 * The size of the member must be set before. Members are those of the last `consonance_get_encryption`: if another
 * thread calls that in between, a different `epoch` shows that the list has changed. `length` may be null.
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
 * Marks a member as verified: both players compared the safety number and saw the same. `key` is the member's key at
 * that time, as `consonance_get_encrypted_member` wrote it.
 *
 * Returns `CONSONANCE_ERROR_PLAYER` if no other member of the group has this number, and `CONSONANCE_ERROR_VALUE` if
 * its key has changed since.
 */
consonance_error consonance_verify_member(uint64_t chat,
                                          uint32_t player,
                                          const char * key);

/**
 * The known players with their keys: bytes to store and to pass with the settings of the next chat.
 *
 * `length` receives their number. If the buffer is too small, nothing else is written.
 */
consonance_error consonance_get_known_keys(uint64_t chat, uint8_t * buffer, size_t capacity, size_t * length);

/**
 * Submits the last thirty seconds of these players' voices, or of all players if none is given, to the game's
 * moderators, with a reason of at most 1000 bytes. The report is encrypted to `moderators_key` of the settings: the
 * server stores it and cannot read it. `CONSONANCE_ENCRYPTION_EVENT_REPORT_TAKEN` confirms that it is stored,
 * `CONSONANCE_ENCRYPTION_EVENT_REPORT_REFUSED` says why not. A player can report once a minute.
 *
 * Returns `CONSONANCE_ERROR_VALUE` without a key in the settings, or if the reason is too long.
 */
consonance_error consonance_report_players(uint64_t chat,
                                           Array_u32 players,
                                           uint32_t player_count,
                                           const char * reason);

/**
 * Mutes all players locally (1), or unmutes them (0).
 */
consonance_error consonance_set_deafened(uint64_t chat, uint32_t deafened);

/**
 * Sets the local volume of a player: an amplitude factor, 0 to 4, kept when the player leaves and joins again.
 */
consonance_error consonance_set_player_volume(uint64_t chat,
                                              uint32_t player,
                                              float volume);

/**
 * Mutes a player locally (1), or unmutes it (0); kept when the player leaves and joins again.
 */
consonance_error consonance_set_player_muted(uint64_t chat, uint32_t player, uint32_t muted);

/**
 * Sets the effects on a player's voice, kept when the player leaves and joins again: names, separated by commas,
 * each with settings where they differ, such as `radio strength=0.4, cave`; null, an empty text or `off` for none.
 * Names and settings are in docs/effects.md. An unknown one is an error, whose message lists the known ones.
 */
consonance_error consonance_set_player_effects(uint64_t chat,
                                               uint32_t player,
                                               const char * effects);

/**
 * Adjusts a player to the loudness of the others (1), leaves it as it is (0), or follows the setting for all players
 * (−1); kept when the player leaves and joins again.
 */
consonance_error consonance_set_player_auto_volume(uint64_t chat,
                                                   uint32_t player,
                                                   int32_t auto_volume);

/**
 * Attenuates a player's background between words (1), or leaves it as it is (0); kept when the player leaves and joins
 * again.
 */
consonance_error consonance_set_player_noise_gate(uint64_t chat,
                                                  uint32_t player,
                                                  uint32_t noise_gate);

/**
 * Sets the effects on all voices of a room, applied after the effects of each player; as above.
 */
consonance_error consonance_set_room_effects(uint64_t chat, const char * room, const char * effects);

/**
 * Sets the positions of players: one call for all of them, every frame. Unknown players are ignored.
 */
consonance_error consonance_set_positions(uint64_t chat, const consonance_position * positions, size_t count);

/**
 * Sets the position and orientation of the listener; null if they are no longer known.
 */
consonance_error consonance_set_listener(uint64_t chat, const consonance_pose * pose);

/**
 * Sets whether the listener's position is sent to the server, for its proximity rooms.
 */
consonance_error consonance_set_share_position(uint64_t chat, uint32_t shared);

/**
 * Sets the attenuation of voices with distance and the rendering of direction.
 */
consonance_error consonance_set_spatial(uint64_t chat, const consonance_spatial_settings * settings);

/**
 * Sets whether the listener wears headphones: 1 yes, 0 no, −1 to detect it from the loudspeaker's name.
 */
consonance_error consonance_set_headphones(uint64_t chat, int32_t headphones);

/**
 * Starts a host and writes its handle; `consonance_destroy` ends it and the session of all its players.
 */
consonance_error consonance_host_start(const consonance_host_settings * settings, uint64_t * host);

/**
 * The address for players to join, as in the settings of a chat; empty if there is only the game's own network.
 */
consonance_error consonance_get_host_address(uint64_t host,
                                             char * buffer,
                                             size_t capacity,
                                             size_t * length);

/**
 * Reports that a player of the game's own network, by a number of the game's choice, is connected (1) or disconnected
 * (0).
 */
consonance_error consonance_host_peer(uint64_t host,
                                      uint64_t peer,
                                      uint32_t is_there);

/**
 * Passes in a packet from a player of the game's own network.
 */
consonance_error consonance_host_packet_in(uint64_t host,
                                           uint64_t peer,
                                           uint32_t reliable,
                                           const uint8_t * packet,
                                           size_t length);

/**
 * Takes the next packet for a player of the game's own network, or another action; like `consonance_packet_out`.
 */
consonance_error consonance_host_packet_out(uint64_t host,
                                            consonance_packet * packet,
                                            uint8_t * buffer,
                                            size_t capacity,
                                            size_t * length);

/**
 * Reports that the link to the host is up (1) or down (0).
 */
consonance_error consonance_link(uint64_t chat, uint32_t is_up);

/**
 * Starts to connect to a server and writes the handle of the link: for a game whose own voice engine implements the
 * protocol. `consonance_packet_in` sends its packets, `consonance_packet_out` returns the state of the link and the
 * server's packets. The address is as in the settings of a chat.
 */
consonance_error consonance_connect(const char * address,
                                    uint64_t * link);

/**
 * Passes in a packet: for a chat, one from its host; for a link, one to the server, which is dropped while the link is
 * down.
 */
consonance_error consonance_packet_in(uint64_t chat_or_link,
                                      uint32_t reliable,
                                      const uint8_t * packet,
                                      size_t length);

/**
 * Takes the next action for the game's own network, or the next packet from a link: call it in every frame until it
 * returns `CONSONANCE_ERROR_NOTHING`.
 *
 * The size of `packet` must be set before; the bytes are written into `buffer`, and `length` receives their number.
 * If `buffer` is too small, the action stays queued.
 */
consonance_error consonance_packet_out(uint64_t chat_or_link,
                                       consonance_packet * packet,
                                       uint8_t * buffer,
                                       size_t capacity,
                                       size_t * length);

/**
 * The counters of a chat since it was started.
 */
consonance_error consonance_get_statistics(uint64_t chat, consonance_statistics * statistics);

/**
 * Reception statistics of a player's voice; zeros for players that were not heard yet.
 */
consonance_error consonance_get_speaker_statistics(uint64_t chat,
                                                   uint32_t player,
                                                   consonance_speaker_statistics * statistics);

/**
 * Why a player is not heard here, in English: every step of the path with its state, and in the last line what to do.
 */
consonance_error consonance_get_why(uint64_t chat,
                                    uint32_t player,
                                    char * buffer,
                                    size_t capacity,
                                    size_t * length);

/**
 * The `CONSONANCE_ABI` of the library. A program that was compiled with a different one must not use the library.
 */
uint32_t consonance_abi_version(void);

/**
 * The version of the library, such as `0.2.0`.
 */
const char *consonance_version(void);

/**
 * A short sentence for an error, in English; never null.
 */
const char *consonance_error_text(int32_t error);

/**
 * The message of the last function that failed on this thread: what failed, the value, what is expected.
 *
 * `length` receives its length without the terminating zero, and may be null.
 */
consonance_error consonance_last_error(char * buffer, size_t capacity, size_t * length);

/**
 * Sets which log lines are kept for `consonance_poll_log`: 0 none (the default), 1 errors, 2 warnings, 3 information,
 * 4 details, 5 everything.
 */
consonance_error consonance_set_log_level(uint32_t level);

/**
 * Takes the oldest log line, of at most 1024 bytes. If more than 1024 lines are queued, the oldest are dropped.
 *
 * `level` is as in `consonance_set_log_level`; it and `length` may be null. Returns `CONSONANCE_ERROR_NOTHING` if no
 * line is queued.
 */
consonance_error consonance_poll_log(uint32_t * level,
                                     char * buffer,
                                     size_t capacity,
                                     size_t * length);

/**
 * The numbers of all players in the session: first the player of this chat, which is always 1, then the others by
 * name.
 *
 * `count` receives how many there are. If the array is too small, nothing else is written.
 */
consonance_error consonance_get_players(uint64_t chat,
                                        uint32_t * players,
                                        size_t capacity,
                                        size_t * count);

/**
 * The current state of a player. May be called every frame.
 */
consonance_error consonance_get_player_info(uint64_t chat, uint32_t player, consonance_player_info * info);

/**
 * The name of a player, even if it has left.
 */
consonance_error consonance_get_player_name(uint64_t chat,
                                            uint32_t player,
                                            char * buffer,
                                            size_t capacity,
                                            size_t * length);

/**
 * The number of a player of the session, even if it has left.
 */
consonance_error consonance_find_player(uint64_t chat, const char * name, uint32_t * player);

/**
 * Sends a text to all listeners of a room and writes its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` repeats.
 */
consonance_error consonance_send_text_to_room(uint64_t chat,
                                              const char * room,
                                              const char * text,
                                              uint64_t * number);

/**
 * Sends a text to a player and writes its number, which `CONSONANCE_EVENT_TYPE_TEXT_SENT` repeats.
 */
consonance_error consonance_send_text_to_player(uint64_t chat,
                                                uint32_t player,
                                                const char * text,
                                                uint64_t * number);

/**
 * Asks the server to moderate a player, if the join token permits it: `action` is a `consonance_moderator_action`.
 *
 * `seconds` is how long a mute or a ban lasts, 0 permanently; `from_room` and `to_room` are for a move; `reason` may
 * be null. `CONSONANCE_EVENT_TYPE_MODERATED` has the result.
 */
consonance_error consonance_moderate(uint64_t chat,
                                     uint32_t player,
                                     uint32_t action,
                                     uint32_t seconds,
                                     const char * from_room,
                                     const char * to_room,
                                     const char * reason);

/**
 * Records all players of a chat, each into its own WAV file in this folder, which is created if needed, and writes the
 * recording's handle; `consonance_destroy` completes the files.
 */
consonance_error consonance_record(uint64_t chat,
                                   const char * folder,
                                   uint64_t * recording);

/**
 * Passes the mix of all players to the engine, which pulls it, and writes the stream's handle. A second stream
 * silences the first.
 */
consonance_error consonance_engine_output(uint64_t chat,
                                          uint64_t * stream);

/**
 * Takes a player out of the mix, for an engine that places voices itself, and writes the stream's handle. The stream
 * stays with the player, also when the player leaves and joins again, until `consonance_destroy`.
 */
consonance_error consonance_player_stream(uint64_t chat,
                                          uint32_t player,
                                          uint64_t * stream);

/**
 * Uses the audio that the engine records and pushes as the player's voice, and writes the stream's handle.
 */
consonance_error consonance_engine_input(uint64_t chat, uint64_t * stream);

/**
 * Takes the engine's output as the reference for echo cancelling, and writes the stream's handle. `with_voices` is 1
 * if the pushed audio contains the voices, as from an engine's last mixer stage, and 0 if it has only the game's own
 * audio.
 */
consonance_error consonance_echo_reference(uint64_t chat,
                                           uint32_t with_voices,
                                           uint64_t * stream);

/**
 * Writes the next `frames` frames of interleaved audio, with this number of channels and at this rate; all three may
 * change with each call. May be called from an audio callback.
 *
 * Missing samples are silence, also when the stream or the rate is refused. Rates from 8 to 192 kHz, and at most 1.3 s
 * of sound in a call; others are `VALUE`.
 */
consonance_error consonance_pull(uint64_t stream,
                                 float * interleaved,
                                 size_t frames,
                                 uint32_t channels,
                                 uint32_t sample_rate_hz);

/**
 * Takes `frames` frames of interleaved audio, with this number of channels and at this rate; all three may change with
 * each call. May be called from an audio callback.
 *
 * Samples that do not fit into the queue are dropped. Rates from 8 to 192 kHz, and at most 1.3 s of sound in a call;
 * others are `VALUE`.
 */
consonance_error consonance_push(uint64_t stream,
                                 const float * interleaved,
                                 size_t frames,
                                 uint32_t channels,
                                 uint32_t sample_rate_hz);

/**
 * The current settings; the defaults if `chat` is 0.
 */
consonance_error consonance_get_voice_settings(uint64_t chat, consonance_voice_settings * settings);

/**
 * Applies the settings that differ from the current ones. With a different `frame_ms`, the chat rejoins the session by
 * itself.
 */
consonance_error consonance_set_voice_settings(uint64_t chat,
                                               const struct consonance_voice_settings * settings);

/**
 * Mutes the player's microphone (1), or unmutes it (0).
 */
consonance_error consonance_set_muted(uint64_t chat, uint32_t muted);

/**
 * Reports that the push-to-talk key was pressed (1) or released (0).
 */
consonance_error consonance_set_push_to_talk(uint64_t chat, uint32_t pressed);

/**
 * Sets the priority of channels without their own: 0 low, 1 default, 2 medium, 3 high. While a player with a higher
 * priority speaks, players with a lower one are not played.
 */
consonance_error consonance_set_priority(uint64_t chat,
                                         int32_t wanted);

/**
 * Gives the player a token (1), or takes it away (0).
 */
consonance_error consonance_set_token(uint64_t chat, const char * token, uint32_t held);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CONSONANCE_H */
