//! What a server tells its operator.

use alloc::boxed::Box;

use consonance_wire::{ClientId, CodecParameters, SessionId};

use super::{ModerationDecision, PlayerIdentity, RoomUse, SpokenTo};
use crate::join_token::JoinToken;
use crate::link::LinkId;
use crate::moderator::ModeratorRequest;

/// Something that happened in the session. Ids are used again at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// A client wants to join, and [`ServerSettings::admission`](crate::ServerSettings::admission) is on: answer with
    /// [`Server::admit`](crate::Server::admit) or [`Server::refuse`](crate::Server::refuse) in time.
    JoinRequested {
        /// The connection it came over.
        link: LinkId,
        /// The name it wants to have.
        name: Box<str>,
        /// What it has to show for it; nothing from an original.
        join_token: JoinToken,
    },
    /// A newcomer asks for the name of a client that is here, and waits for it; see
    /// [`NameTaken`](crate::NameTaken). Told once for each newcomer.
    NameInUse {
        /// The connection of the newcomer.
        link: LinkId,
        /// The name it asks for.
        name: Box<str>,
        /// The client that has the name.
        holder: ClientId,
    },
    /// A newcomer that waited for a name no longer does, and has not joined: it asks for another name, or the rules for
    /// names in use have changed.
    NameClaimWithdrawn {
        /// The connection of the newcomer.
        link: LinkId,
        /// The name that it waited for.
        name: Box<str>,
    },
    /// A client was denied a use of a room: it has no token that the room asks for, or is confined to others. It is not
    /// in a room that it is not allowed to listen to, and what it says where it is not allowed to speak goes nowhere.
    /// Raised once for each room, and for 32 rooms at most.
    AccessDenied {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
        /// The use that was denied.
        to: RoomUse,
    },
    /// A client does not get into a room, or was taken out of it, since the wire cannot tell that room from another
    /// one that follows other rules; what it says to the id goes nowhere meanwhile. Told once until the client gets
    /// in, and for 32 rooms at most.
    RoomIdTaken {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room that it wanted.
        room: Box<str>,
        /// The room in use that has the id, if that is not just reserved for one of the configuration. Any player can
        /// choose a room's name, so this one may have been chosen to block the id.
        in_use: Option<Box<str>>,
    },
    /// A client speaks with more priority than it may; what it says so goes nowhere. Told once for each client.
    PriorityDenied {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
    },
    /// A client finished its handshake.
    ClientJoined {
        /// Its id until it leaves.
        id: ClientId,
        /// Its name, unique in the session.
        name: Box<str>,
        /// The connection it came over.
        link: LinkId,
        /// What it sends and wants to receive.
        codec: CodecParameters,
    },
    /// A client came back over another link, with its id, its rooms and its name, unnoticed by others.
    ClientResumed {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The connection it comes over now.
        link: LinkId,
    },
    /// The session was started again: it is empty.
    Restarted {
        /// Its new number.
        session: SessionId,
    },
    /// A client left or was removed; its rooms were exited before.
    ClientLeft {
        /// The id that is free again.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The account that it had, if it had one: the subject of its join token.
        subject: Option<Box<str>>,
        /// The connection it came over.
        link: LinkId,
    },
    /// A client listens to a room from now on.
    EnteredRoom {
        /// The speaker's id.
        id: ClientId,
        /// The speaker's name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
    /// A client speaks to a room or a player from now on. Only with
    /// [`monitor_channels`](crate::ServerSettings::monitor_channels).
    StartedSpeaking {
        /// The speaker's id.
        id: ClientId,
        /// The speaker's name.
        name: Box<str>,
        /// The recipient.
        to: SpokenTo,
    },
    /// A client speaks to a room or a player no longer: it has closed the channel, left, or been
    /// silent for a second and a half.
    StoppedSpeaking {
        /// The speaker's id.
        id: ClientId,
        /// The speaker's name.
        name: Box<str>,
        /// The recipient.
        to: SpokenTo,
    },
    /// A client sent voice or text in another player's name. It was dropped.
    Spoofed {
        /// Whose link it came over.
        id: ClientId,
        /// Whose name that is.
        name: Box<str>,
        /// In whose name it was sent.
        claimed: ClientId,
        /// What that one is called, if it is here.
        claimed_name: Option<Box<str>>,
    },
    /// An operator has decided about a player, or a restriction has ended by itself.
    Moderated {
        /// The player's id, if it is here.
        id: Option<ClientId>,
        /// The player concerned.
        player: PlayerIdentity,
        /// What was decided.
        decision: ModerationDecision,
    },
    /// A player whose join token says that it may moderate wants something done to a player of this session. Only where
    /// [`ServerSettings::capabilities`](crate::ServerSettings) have [`MODERATORS`](crate::Capabilities::MODERATORS); it
    /// waits for [`Server::answer_moderator`](crate::Server::answer_moderator).
    ModerationRequested {
        /// The moderator's id.
        id: ClientId,
        /// For what.
        request: ModeratorRequest,
    },
    /// A member of an encrypted session submits a report, sealed so that the server cannot read it. Only where
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports) is on; at most
    /// [`MEMBER_REPORT_BYTES_MAX`](consonance_wire::limits::MEMBER_REPORT_BYTES_MAX) long, once in a minute for each
    /// name. It waits for [`Server::answer_report`](crate::Server::answer_report).
    MemberReported {
        /// The member's id.
        id: ClientId,
        /// The report.
        report: Box<[u8]>,
    },
    /// A room has enough listeners or speakers without a client. It does not get into the room, which is told
    /// once until it was in it, and for 32 rooms at most; or its frames go nowhere for now, which is told once
    /// for each time that it begins.
    RoomFull {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
        /// The use that has no free place.
        to: RoomUse,
    },
    /// A client listens to a room no longer.
    ExitedRoom {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
}
