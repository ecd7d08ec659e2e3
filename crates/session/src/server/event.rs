//! What a server tells its operator.

use alloc::boxed::Box;

use consonance_wire::{ClientId, CodecSettings, SessionId};

use crate::link::LinkId;

/// Something that happened in the session. Ids are used again at once, so follow the order of events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerEvent {
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
    /// The session was started anew: nobody is in it any more.
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
