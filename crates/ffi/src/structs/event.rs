//! Events.

use std::ffi::c_char;

/// The type of an event.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CEventType {
    /// An event that this version has no number for.
    ///
    /// `text` describes it.
    Other = 0,
    /// The player is in the session; again after each reconnect.
    Joined = 1,
    /// The connection was lost and resumed; other players did not notice.
    Resumed = 2,
    /// The list of players that joined earlier is complete.
    PlayersSynced = 3,
    /// Another player is in the session.
    ///
    /// It is `player`.
    PlayerJoined = 4,
    /// A player has left.
    ///
    /// It is `player`.
    PlayerLeft = 5,
    /// A player listens to a room; also the player of this chat.
    ///
    /// They are `player` and `room`.
    EnteredRoom = 6,
    /// A player no longer listens to a room.
    ///
    /// They are `player` and `room`.
    ExitedRoom = 7,
    /// The server removed the player of this chat from a room.
    ///
    /// It is `room`.
    RemovedFromRoom = 8,
    /// A player speaks.
    ///
    /// It is `player`.
    StartedSpeaking = 9,
    /// A player stopped speaking.
    ///
    /// It is `player`.
    StoppedSpeaking = 10,
    /// A player has sent a text to a room, or to the player of this chat.
    ///
    /// They are `player`, `text` and `room`, which is empty for a text to the player of this chat.
    Text = 11,
    /// A text of this chat is on its way.
    ///
    /// It is the text with the number `number`, and goes to `detail` players.
    TextSent = 12,
    /// A text of this chat was not sent.
    ///
    /// It is the text with the number `number`; `text` says why.
    TextNotSent = 13,
    /// A device came, went, or was changed.
    ///
    /// `detail` is 1 for the loudspeaker and 0 for the microphone, `number` is 1 while sound flows, `name` is the
    /// device, `text` is `running`, `lost`, `missing`, `denied`, `busy` or `off`.
    Device = 14,
    /// The server's operator has decided something about the player of this chat.
    ///
    /// `detail` is a `consonance_operator_decision`, `number`, `name` and `room` depend on it, `text` describes it.
    Operator = 15,
    /// The result of this chat's request to moderate a player.
    ///
    /// It is about `player`: `detail` is a `consonance_moderator_answer`, 0 on
    /// success, `number` the `consonance_moderator_action`.
    Moderated = 16,
    /// The chat rejoins the session because the frame length has changed.
    Rejoining = 17,
    /// The server is about to end the session.
    ///
    /// It does in `number` ms; `text` is the address to which it redirects players, or empty.
    Draining = 18,
    /// The server cancelled the shutdown.
    DrainCancelled = 19,
    /// The chat follows a redirect to another server.
    Redirecting = 20,
    /// The session was lost; the next attempt follows.
    ///
    /// `text` says why. The attempt follows in `number` ms.
    ConnectionLost = 21,
    /// The transport of packets changed.
    ///
    /// `detail` is a `consonance_transport`, `text` says why.
    TransportChanged = 22,
    /// A request failed. Voice continues.
    ///
    /// `detail` is a `consonance_problem`, `text` says what to do.
    Problem = 23,
    /// The chat has ended. It is the last event.
    ///
    /// `name` is a stable code, `text` says why.
    Ended = 24,
    /// The encryption of the session changed.
    ///
    /// `detail` is a `consonance_encryption_event`, `player` the member
    /// concerned, `number` depends on `detail`, `text` describes it.
    Encryption = 25,
    /// A caption: the words of a player, transcribed by a player.
    ///
    /// `player` said `text` to `room`, or to the player of this chat if `room` is empty; the player with the number
    /// `number` transcribed it. `detail` is 1 if it is final, and 0 if the next caption about `player` replaces it.
    Caption = 26,
    /// Voice and texts can now go to a player over a direct link.
    ///
    /// It is `player`.
    DirectLinkMade = 27,
    /// A player is now reached only through the server.
    ///
    /// It is `player`.
    DirectLinkLost = 28,
    /// The player of this chat holds an access token.
    ///
    /// It is `text`.
    TokenAdded = 29,
    /// The player of this chat no longer holds an access token.
    ///
    /// It is `text`.
    TokenRemoved = 30,
    /// The link leads to another server.
    ///
    /// Its address is `text`; `CONSONANCE_EVENT_TYPE_RESUMED` or `CONSONANCE_EVENT_TYPE_JOINED` follows.
    ServerChanged = 31,
}

/// An event. Texts are in the buffer that was passed, and never null.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CEvent {
    /// `sizeof(consonance_event)`.
    pub size: u32,
    /// The type: `consonance_event_type`.
    pub kind: i32,
    /// The player concerned, or 0.
    pub player: u32,
    /// Depends on the type.
    pub detail: i32,
    /// Depends on the type.
    pub number: u64,
    /// The player's name, or depends on the type.
    pub name: *const c_char,
    /// The room's name.
    pub room: *const c_char,
    /// Depends on the type.
    pub text: *const c_char,
}
