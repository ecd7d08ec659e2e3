//! Events from a client to the game.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use consonance_wire::{
    ChannelKind, ClientId, CodecParameters, LossRun, Priority, RedundancySupport, RoomId, SessionId,
};

use crate::link::LinkId;
use crate::moderator::{ModeratorAction, ModeratorAnswer};
use crate::restrictions::{Restriction, RestrictionTerms, RoomRights};
use crate::server::RoomUse;

/// An event of the session. Ids are reused at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ClientEvent<'a> {
    /// The server answered the handshake. Again after each reconnect, and whenever the server says so.
    Joined {
        /// The session's number.
        session: SessionId,
        /// My id in it.
        id: ClientId,
    },
    /// The link was lost, and over another one I have my place again: same id, same rooms, unnoticed by others.
    /// Players that left or joined in the meantime are reported until [`PlayersSynced`](Self::PlayersSynced).
    Resumed {
        /// The session's number.
        session: SessionId,
        /// My id in it.
        id: ClientId,
    },
    /// All players that were here before me are known now, with their rooms, and all of them know my rooms.
    PlayersSynced,
    /// A player is in the session; raised for oneself too.
    PlayerJoined {
        /// Its id until it leaves.
        id: ClientId,
        /// Its name, unique in the session.
        name: Box<str>,
        /// The codec of its voice.
        codec: CodecParameters,
    },
    /// A player is gone; it stopped speaking and exited its rooms before. Not raised for oneself.
    PlayerLeft {
        /// The id that is free again.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// A player listens to a room from now on.
    EnteredRoom {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
    /// A player listens to a room no longer.
    ExitedRoom {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
    /// The server has removed me from a room that I listened to, and all were told that I exited it. It is no longer
    /// among my rooms; only I can join it again.
    RemovedFromRoom {
        /// The room's name.
        room: Box<str>,
    },
    /// The server's operator has imposed a restriction on me, or lifted it: my voice or my texts are discarded, or I
    /// receive no voice. While it holds, I do not send the restricted kind over direct links either, and while
    /// deafened I play no voice from them.
    Restricted {
        /// The restriction.
        restriction: Restriction,
        /// The reason, and the end by my clock; none if it is lifted.
        terms: Option<RestrictionTerms>,
    },
    /// The server's operator has set my rights in a room.
    RoomRights {
        /// The room's name.
        room: Box<str>,
        /// My rights there.
        rights: RoomRights,
    },
    /// The server's operator has moved me: I no longer listen to the one room, but to the other one.
    Moved {
        /// The room that I listened to.
        from: Box<str>,
        /// The room that I listen to now.
        to: Box<str>,
    },
    /// A text of mine was discarded, because it followed the previous one too soon.
    TextRateLimited {
        /// The time until the next one is accepted.
        wait: Duration,
    },
    /// A room is full: I could not join it, or my voice there is not heard for now.
    RoomFull {
        /// The room's name.
        room: Box<str>,
        /// The use that has no free place.
        to: RoomUse,
    },
    /// The operator's recording of voice has changed, as far as the server announces it.
    Recorded(RecordingNotice),
    /// The result of a [request](super::Client::moderate) about another player.
    ModeratorAnswered {
        /// The player concerned.
        player: Box<str>,
        /// The requested action.
        action: ModeratorAction,
        /// The result.
        answer: ModeratorAnswer,
    },
    /// The server's operator has removed me from the session; [`Disconnected`](Self::Disconnected) follows.
    Kicked {
        /// The operator's message; may be empty.
        reason: Box<str>,
    },
    /// A player has started speaking to me; its frames follow.
    StartedSpeaking {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// One frame of a player's voice.
    Voice(VoiceFrame<'a>),
    /// A player has stopped speaking to me.
    StoppedSpeaking {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// A text message to a room that I listen to, or to me.
    Text {
        /// The sender's id.
        id: ClientId,
        /// The sender's name.
        name: Box<str>,
        /// The recipient.
        to: TextTarget,
        /// The message.
        text: Box<str>,
    },
    /// A player introduced itself over a direct link. It may do so repeatedly, or before it is in the session.
    PeerIntroduced {
        /// The id that it has in the session.
        id: ClientId,
        /// The link of the introduction.
        link: LinkId,
    },
    /// The server reports which of my frames have reached it; every half second while I speak.
    UplinkReport(UplinkReport),
    /// The server reports how my listeners receive me, as far as they report it; every two seconds while I speak.
    ListenerReport(ListenerReport),
    /// The server is going to end the session. The event is repeated when the details change.
    Draining {
        /// The time until then.
        ends_in: Duration,
        /// The server to continue at, if any: the driver makes the next link to it, and calls
        /// [`change_link`](crate::Client::change_link) when it is time.
        redirect: Option<Redirect>,
    },
    /// The announced closing of the server is cancelled.
    DrainCancelled,
    /// A message of the delivery service of an encrypted session's group; see
    /// [`Capabilities::GROUPS`](consonance_wire::Capabilities::GROUPS).
    GroupMessage {
        /// The message, whole.
        message: Box<[u8]>,
    },
    /// The servers that share the session, including mine: the driver tries them in this order when the link is lost.
    /// Each list replaces the previous one.
    ServersListed {
        /// Host and port of each, in the network's own format: at most 16 of at most 255 bytes, exactly as the server
        /// sent them.
        addresses: Vec<Box<str>>,
    },
    /// The session is left or lost; stops, exits and leaves were raised before.
    Disconnected {
        /// The cause.
        cause: Disconnection,
        /// The time until the next attempt; `None` if there is none.
        retry_in: Option<Duration>,
    },
}

/// The operator's recording of voice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordingNotice {
    /// Whether everything is recorded.
    pub is_whole: bool,
    /// The most recent time span that is kept for review after a report; zero if nothing is kept.
    pub last: Duration,
}

/// The server that a closing server sends me to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The time after which I leave: it differs between clients.
    pub leave_in: Duration,
    /// The address, in the network's own format; exactly as the server sent it, at most 512 bytes.
    pub address: Box<str>,
}

/// The delivery of my voice to the server since the previous report. Frames that only went over direct links are not
/// included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UplinkReport {
    /// The number of frames that were sent; at least one.
    pub sent: u32,
    /// The number of those that did not arrive.
    pub lost: u32,
    /// The extra delay of the newest one compared to the quickest of the last minute, which it spent in a queue. As
    /// exact as the times that the driver passed before it called [`Client::send_voice`](crate::Client::send_voice).
    pub queueing: Duration,
}

impl UplinkReport {
    /// The percentage of lost frames, 0 … 100.
    pub fn lost_percent(&self) -> f32 {
        100.0 * self.lost as f32 / self.sent.max(1) as f32
    }
}

/// The combined reception of my voice at its listeners. Those of the original report nothing, and with very many
/// listeners the server asks only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerReport {
    /// The number of listeners that report.
    pub listeners: u8,
    /// The percentage of frames that did not arrive in time over the whole path from me, 0 … 100: the second worst of
    /// ten listeners. The server counts each listener once, but trusts its reports.
    pub lost_percent: u8,
    /// The average number of frames that they miss in a row, by the same rule.
    pub lost_in_a_row: LossRun,
    /// The shortest playout delay of all listeners: the time that frames wait there before they are heard.
    pub playout_delay: Duration,
    /// The kinds of redundancy that all of them can use.
    pub redundancy: RedundancySupport,
}

/// The recipient of a text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextTarget {
    /// To all listeners of this room.
    Room(Box<str>),
    /// To one player.
    Player(Box<str>),
}

/// The cause of leaving a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum Disconnection {
    /// [`Client::stop`](crate::Client::stop) was called.
    Stopped,
    /// The network connection ended.
    LinkLost,
    /// No network connection could be opened.
    ConnectFailed,
    /// The server did not answer the handshake within [`Limits::handshake`](crate::Limits).
    NoAnswer,
    /// The server has a different session, as after a restart.
    WrongSession,
    /// Another player joined with the same name.
    ReplacedByNewerLogin,
    /// The server's operator has removed me.
    Kicked,
    /// [`Client::set_codec`](crate::Client::set_codec) was called; the others learn about it as we rejoin.
    CodecChanged,
    /// The link was [changed](crate::Client::change_link) to one to the server that the former one had announced.
    Redirected,
    /// The link was [changed](crate::Client::change_link) to one by another route to the same server.
    LinkChanged,
}

/// One frame of voice, as accepted by its speaker's state machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoiceFrame<'a> {
    /// The speaker.
    pub id: ClientId,
    /// Counts from 0 in each utterance, with a gap for each missing frame; a late frame has a smaller one.
    pub sequence: u32,
    /// The number in the packet: the speaker's own count of frames, modulo 2¹⁶.
    pub packet_sequence: u16,
    /// Whether all channels that reach me are positional.
    pub positional: bool,
    /// The factor by which the loudest of the channels that reach me is louder, 0 … 2.
    pub amplitude: f32,
    /// The highest priority of the channels that reach me.
    pub priority: Priority,
    /// The channels that reach me, in the order of the packet.
    pub channels: &'a [HeardChannel],
    /// The encoded frame, in the speaker's codec.
    pub frame: &'a [u8],
}

/// One channel over which a frame reached me.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardChannel {
    /// To me as a player, or to a room.
    pub target: HeardTarget,
    /// Whether the voice comes from a place in the world.
    pub positional: bool,
    /// The factor by which it is louder, 0 … 2.
    pub amplitude: f32,
    /// The priority of the voice; a listener ducks lower ones.
    pub priority: Priority,
}

/// The target that a channel was addressed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeardTarget {
    /// Me.
    Me,
    /// A room that I listen to.
    Room(RoomId),
}

impl HeardTarget {
    pub(crate) fn of(kind: ChannelKind, recipient: u16) -> Self {
        match kind {
            ChannelKind::Player => Self::Me,
            ChannelKind::Room => Self::Room(RoomId(recipient)),
        }
    }
}
