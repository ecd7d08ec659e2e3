//! Events from a server to its operator.

use alloc::boxed::Box;

use consonance_wire::{ClientId, CodecParameters, SessionId};

use super::{ModerationDecision, PlayerIdentity, RoomUse, SpokenTo};
use crate::join_token::JoinToken;
use crate::link::LinkId;
use crate::moderator::ModeratorRequest;

/// An event of the session. Ids are reused at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum ServerEvent {
    /// A client wants to join, and [`ServerSettings::admission`](crate::ServerSettings::admission) is on: answer with
    /// [`Server::admit`](crate::Server::admit) or [`Server::refuse`](crate::Server::refuse) in time.
    JoinRequested {
        /// The connection it came over.
        link: LinkId,
        /// The name it asks for.
        name: Box<str>,
        /// The token it presents; empty from an original.
        join_token: JoinToken,
    },
    /// A newcomer asks for the name of a client that is here, and waits for it; see [`NameTaken`](crate::NameTaken).
    /// Raised once for each newcomer.
    NameInUse {
        /// The connection of the newcomer.
        link: LinkId,
        /// The name it asks for.
        name: Box<str>,
        /// The client that has the name.
        holder: ClientId,
    },
    /// A newcomer no longer waits for a name, and has not joined: it asks for another name, or the rules for names in
    /// use have changed.
    NameClaimWithdrawn {
        /// The connection of the newcomer.
        link: LinkId,
        /// The name that it waited for.
        name: Box<str>,
    },
    /// A client was denied a use of a room: it has no token that the room requires, or is confined to others. It
    /// cannot enter a room that it may not listen to, and its voice where it may not speak is discarded. Raised once
    /// for each room, and for 32 rooms at most.
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
    /// A client cannot enter a room, or was removed from it, since the wire cannot distinguish it from another room
    /// with other rules; its voice to the id is discarded in the meantime. Raised once until the client gets in, and
    /// for 32 rooms at most.
    RoomIdTaken {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room that it wanted.
        room: Box<str>,
        /// The room in use that has the id; none if the id is only reserved for a room of the configuration. Any
        /// player can choose a room's name, so this one may have been chosen to block the id.
        in_use: Option<Box<str>>,
    },
    /// A client speaks with more priority than it may; that voice is discarded. Raised once for each client.
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
        /// The codec that it sends and wants to receive.
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
        /// The client whose link it came over.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The claimed sender.
        claimed: ClientId,
        /// The name of the claimed sender, if it is here.
        claimed_name: Option<Box<str>>,
    },
    /// An operator has decided about a player, or a restriction has ended by itself.
    Moderated {
        /// The player's id, if it is here.
        id: Option<ClientId>,
        /// The player concerned.
        player: PlayerIdentity,
        /// The decision.
        decision: ModerationDecision,
    },
    /// A player whose join token permits moderation requests an action against a player of this session. Only where
    /// [`ServerSettings::capabilities`](crate::ServerSettings) have [`MODERATORS`](crate::Capabilities::MODERATORS);
    /// it waits for [`SessionModeration::answer_moderator`](crate::SessionModeration::answer_moderator).
    ModerationRequested {
        /// The moderator's id.
        id: ClientId,
        /// The request.
        request: ModeratorRequest,
    },
    /// A member of an encrypted session submits a report, sealed so that the server cannot read it. Only where
    /// [`ServerSettings::member_reports`](crate::ServerSettings::member_reports) is on; at most
    /// [`MEMBER_REPORT_BYTES_MAX`](consonance_wire::limits::MEMBER_REPORT_BYTES_MAX) long, once in a minute for each
    /// name. It waits for [`GroupDelivery::answer_report`](crate::GroupDelivery::answer_report).
    MemberReported {
        /// The member's id.
        id: ClientId,
        /// The report.
        report: Box<[u8]>,
    },
    /// A room is full for a client. Either it cannot enter, which is raised once until it has been in the room, and
    /// for 32 rooms at most; or its frames are discarded for now, which is raised each time that this begins.
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
