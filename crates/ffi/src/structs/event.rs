//! What has happened.

use std::ffi::c_char;

/// What has happened.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEventType {
    /// Something that this version has no number for; `text` has its words.
    Other = 0,
    /// The player is in the session; again after each reconnect.
    Joined = 1,
    /// The connection was lost and is back; no other player noticed.
    Resumed = 2,
    /// All players that were here before are known.
    PlayersSynced = 3,
    /// `player` is in the session.
    PlayerJoined = 4,
    /// `player` has left.
    PlayerLeft = 5,
    /// `player` listens to `room`; also the player of this chat.
    EnteredRoom = 6,
    /// `player` does not listen to `room` any more.
    ExitedRoom = 7,
    /// The server has taken the player of this chat out of `room`.
    RemovedFromRoom = 8,
    /// `player` speaks.
    StartedSpeaking = 9,
    /// `player` stopped speaking.
    StoppedSpeaking = 10,
    /// `player` has sent `text` to `room`, or to the player of this chat where `room` is empty.
    Text = 11,
    /// The text with the number `number` is on its way, to `detail` players.
    TextSent = 12,
    /// The text with the number `number` was not sent; `text` says why.
    TextNotSent = 13,
    /// A device came, went, or was changed: `detail` is 1 for the loudspeaker and 0 for the microphone, `number` is
    /// 1 while sound flows, `name` is the device, `text` is `running`, `lost`, `missing`, `denied`, `busy` or `off`.
    Device = 14,
    /// The server's operator has decided something about the player; `text` says what.
    Operator = 15,
    /// What became of a moderator's request about `player`: `detail` is 0 where it was done.
    Moderated = 16,
    /// The session is joined again at once, since packets have another length.
    Rejoining = 17,
    /// The server ends the session in `number` ms; `text` is where it sends its players, or empty.
    Draining = 18,
    /// The server stays after all.
    DrainCancelled = 19,
    /// The chat goes to the server that it was sent to.
    Redirecting = 20,
    /// The session was lost; `text` says why. The next attempt follows in `number` ms.
    ConnectionLost = 21,
    /// The packets go another way; `detail` is 0 for UDP and 1 for a WebSocket, `text` says why.
    TransportChanged = 22,
    /// Something that was asked for could not be done; `text` says what. Voice goes on.
    Problem = 23,
    /// The chat has ended: `name` is a word for it that does not change, `text` says why. Nothing comes after it.
    Ended = 24,
    /// Something about the encryption of the session: `detail` is a `consonance_encryption_event`, `player` the member
    /// concerned, `number` as `detail` says, `text` its words.
    Encryption = 25,
    /// `player` says `text`, as the player with the number `number` has written it down, to `room`, or to the player of
    /// this chat where `room` is empty. `detail` is 1 if it stays so, and 0 if the next caption about `player` replaces
    /// it.
    Caption = 26,
}

/// Something that has happened. Texts are in the buffer that was passed, and never null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEvent {
    /// `sizeof(consonance_event)`.
    pub size: u32,
    /// What it is: `consonance_event_type`.
    pub kind: i32,
    /// The player that it is about, or 0.
    pub player: u32,
    /// As the type says.
    pub detail: i32,
    /// As the type says.
    pub number: u64,
    /// The player's name, or as the type says.
    pub name: *const c_char,
    /// The room's name.
    pub room: *const c_char,
    /// As the type says.
    pub text: *const c_char,
}
