//! What a server tells its operator.

use alloc::boxed::Box;

use consonance_wire::{ClientId, CodecSettings, SessionId};

use super::{Decision, Identity, RoomUse, SpokenTo};
use crate::join_token::JoinToken;
use crate::link::LinkId;
use crate::moderator::ModeratorRequest;

/// Something that happened in the session. Ids are used again at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// Somebody wants to join, and [`ServerSettings::admission`](crate::ServerSettings::admission) is on: answer with
    /// [`Server::admit`](crate::Server::admit) or [`Server::refuse`](crate::Server::refuse) in time.
    JoinAsked {
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
    /// A client may not do what it wanted to do in a room: it has no token that the room asks for, or is kept to
    /// others. It is not in a room that it may not listen to, and what it says where it may not speak goes nowhere. Of
    /// what it tries this is told once for each room, and for 32 rooms at most.
    AccessDenied {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
        /// What it may not do there.
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
        /// The room in use that has the id, if that is not just kept for one of the configuration. Names are anybody's
        /// choice, so somebody may have chosen this one to sit there.
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
        codec: CodecSettings,
    },
    /// A client came back over another link, with its id, its rooms and its name; nobody else noticed.
    ClientResumed {
        /// Its id.
        id: ClientId,
        /// Its name.
        name: Box<str>,
        /// The connection it comes over now.
        link: LinkId,
    },
    /// The session was started again: nobody is in it any more.
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
        /// Whose id.
        id: ClientId,
        /// Whose name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
    /// A client speaks to a room or a player from now on. Only with
    /// [`monitor_channels`](crate::ServerSettings::monitor_channels).
    StartedSpeaking {
        /// Whose id.
        id: ClientId,
        /// Whose name.
        name: Box<str>,
        /// Whom to.
        to: SpokenTo,
    },
    /// A client speaks to a room or a player no longer: it has closed the channel, left, or been
    /// silent for a second and a half.
    StoppedSpeaking {
        /// Whose id.
        id: ClientId,
        /// Whose name.
        name: Box<str>,
        /// Whom to.
        to: SpokenTo,
    },
    /// A client sent voice or text in the name of somebody else. It went to nobody.
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
        /// Who it is.
        player: Identity,
        /// What was decided.
        decision: Decision,
    },
    /// A player whose join token says that it may moderate wants something done to a player of this session. Only where
    /// [`ServerSettings::capabilities`](crate::ServerSettings) have [`MODERATORS`](crate::Capabilities::MODERATORS); it
    /// waits for [`Server::answer_moderator`](crate::Server::answer_moderator).
    ModeratorAsks {
        /// Who asks.
        id: ClientId,
        /// For what.
        request: ModeratorRequest,
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
        /// What there is no place for.
        to: RoomUse,
    },
    /// A client listens to a room no longer.
    ExitedRoom {
        /// Whose id.
        id: ClientId,
        /// Whose name.
        name: Box<str>,
        /// The room's name.
        room: Box<str>,
    },
}
