//! What a client tells the game.

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

/// Something that happened in the session. Ids are used again at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientEvent<'a> {
    /// The server answered the handshake. Again after each reconnect, and whenever the server says so.
    Joined {
        /// The session's number.
        session: SessionId,
        /// My id in it.
        id: ClientId,
    },
    /// The link was lost, and over another one I have my place again: same id, same rooms, unnoticed by others. Players
    /// that left or joined meanwhile are reported until [`PlayersSynced`](Self::PlayersSynced).
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
        /// What it sends.
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
    /// The server has taken me out of a room that I listened to, and all were told that I exited it. It is among
    /// my rooms no longer; nothing joins it again but I.
    RemovedFromRoom {
        /// The room's name.
        room: Box<str>,
    },
    /// The server's operator has taken something from me, or given it back: my voice or my texts go nowhere, or I am
    /// sent no voice. Meanwhile I send no such thing over direct links either, and play nothing that comes over them.
    Restricted {
        /// What.
        restriction: Restriction,
        /// Why and how long, by my clock; none if it is given back.
        terms: Option<RestrictionTerms>,
    },
    /// The server's operator has decided what I may do in a room.
    RoomRights {
        /// The room's name.
        room: Box<str>,
        /// What I may do there.
        rights: RoomRights,
    },
    /// The server's operator has moved me: I listen to the one room no longer and to the other one instead.
    Moved {
        /// The room that I listened to.
        from: Box<str>,
        /// The room that I listen to now.
        to: Box<str>,
    },
    /// A text of mine went nowhere, because the one before was too recent.
    TextRateLimited {
        /// How long until the next one is taken.
        wait: Duration,
    },
    /// A room has enough listeners or speakers without me. I did not get in, or what I say there is not heard for
    /// now.
    RoomFull {
        /// The room's name.
        room: Box<str>,
        /// The use that has no free place.
        to: RoomUse,
    },
    /// What the server's operator keeps of the voices has changed, as far as that is told.
    Recorded(RecordingNotice),
    /// What became of a [request](super::Client::moderate) about another player.
    ModeratorAnswered {
        /// The player concerned.
        player: Box<str>,
        /// What was to be done.
        action: ModeratorAction,
        /// What became of it.
        answer: ModeratorAnswer,
    },
    /// The server's operator has removed me from the session; [`Disconnected`](Self::Disconnected) follows.
    Kicked {
        /// The operator's words; may be empty.
        reason: Box<str>,
    },
    /// A player speaks to me; its frames follow.
    StartedSpeaking {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// One frame of a player's voice.
    Voice(VoiceFrame<'a>),
    /// A player speaks to me no longer.
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
        /// Where it was sent.
        to: TextTarget,
        /// The message.
        text: Box<str>,
    },
    /// A player introduced itself over a direct link. It may do so again, or before it is in the session.
    PeerIntroduced {
        /// The id that it has in the session.
        id: ClientId,
        /// The link that it said so over.
        link: LinkId,
    },
    /// The server tells what of my voice has reached it; every half second while I speak.
    UplinkReport(UplinkReport),
    /// The server tells how my listeners receive me, as far as they say; every two seconds while I speak.
    ListenerReport(ListenerReport),
    /// The server is going to end the session. It says so again when that changes.
    Draining {
        /// In how long.
        ends_in: Duration,
        /// Where to go on, if there is such a place: the driver makes the next link to there, and calls
        /// [`follow_redirect`](crate::Client::follow_redirect) when it is time.
        redirect: Option<Redirect>,
    },
    /// The server has said that it closes, and stays after all.
    DrainCancelled,
    /// A message of the delivery service of an encrypted session's group; see
    /// [`Client::is_encrypting`](crate::Client::is_encrypting).
    GroupMessage {
        /// The message, whole.
        message: Box<[u8]>,
    },
    /// The servers that share the session, mine included: where the driver makes the next link when this one is lost,
    /// in this order. Each list replaces the one before.
    ServersListed {
        /// Host and port of each, as the network understands them: at most 16 of at most 255 bytes, in the server's
        /// own words.
        addresses: Vec<Box<str>>,
    },
    /// The session is left or lost; stops, exits and leaves were raised before.
    Disconnected {
        /// Why.
        cause: Disconnection,
        /// How long until the next attempt; `None` if there is none.
        retry_in: Option<Duration>,
    },
}

/// What a server's operator keeps of what is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordingNotice {
    /// All of it.
    pub is_whole: bool,
    /// So much of the latest, to be looked at after a report; zero if nothing.
    pub last: Duration,
}

/// Where a server that closes sends me.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// In how long I am to go: not all clients at once.
    pub leave_in: Duration,
    /// The address, as the network understands it; the server's own words, at most 512 bytes.
    pub address: Box<str>,
}

/// What became of my voice on its way to the server since the report before. Frames that went over direct
/// links only are not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UplinkReport {
    /// How many frames were sent; at least one.
    pub sent: u32,
    /// How many of those did not arrive.
    pub lost: u32,
    /// By how much longer the newest one took than the quickest of the last minute: it waited somewhere. As exact as
    /// the times that the driver brought before it called [`Client::send_voice`](crate::Client::send_voice).
    pub queueing: Duration,
}

impl UplinkReport {
    /// Of a hundred frames, how many were lost, 0 … 100.
    pub fn lost_percent(&self) -> f32 {
        100.0 * self.lost as f32 / self.sent.max(1) as f32
    }
}

/// How the listeners of my voice receive it, together. Those of the original say nothing, and with very many listeners
/// the server asks only some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerReport {
    /// How many listeners say so.
    pub listeners: u8,
    /// Of a hundred frames, how many did not come in time on the whole way from me, 0 … 100: of ten listeners, the
    /// second worst has so many. The server believes each of them once, but it believes them.
    pub lost_percent: u8,
    /// How many frames in a row they miss on average, by the same rule.
    pub lost_in_a_row: LossRun,
    /// How long frames wait at a listener before they are heard: the shortest wait of all.
    pub playout_delay: Duration,
    /// What all of them can make use of.
    pub redundancy: RedundancySupport,
}

/// Where a text message was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextTarget {
    /// To all listeners of this room.
    Room(Box<str>),
    /// To one player.
    Player(Box<str>),
}

/// Why a client has left its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disconnection {
    /// [`Client::stop`](crate::Client::stop) was called.
    Stopped,
    /// The network connection ended.
    LinkLost,
    /// No network connection could be opened.
    ConnectFailed,
    /// The server did not answer the handshake within [`Limits::handshake`](crate::Limits).
    NoAnswer,
    /// The server has another session now, as after a restart.
    WrongSession,
    /// Another player joined with the same name.
    ReplacedByNewerLogin,
    /// The server's operator has removed me.
    Kicked,
    /// [`Client::set_codec`](crate::Client::set_codec) was called; the others learn of it as we join again.
    CodecChanged,
    /// [`Client::follow_redirect`](crate::Client::follow_redirect) was called: the session goes on elsewhere.
    Redirected,
    /// [`Client::change_link`](crate::Client::change_link) was called: the same session goes on over another link.
    LinkChanged,
}

/// One frame of voice, as its speaker machine let it through.
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
    /// By which factor the loudest of the channels that reach me is louder, 0 … 2.
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
    /// By which factor it is louder, 0 … 2.
    pub amplitude: f32,
    /// The priority of the voice; a listener ducks lower ones.
    pub priority: Priority,
}

/// What a channel was addressed to.
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
