//! The session engine: the players, their rooms and the routing of voice. A server and a client, without any I/O.
//!
//! [`Server`] relays one session; [`Client`] is one player's end of it.
//! Both are plain structs that are fed and drained and never call out: no socket, no clock, no thread, no lock.
//! The same structs run in the dedicated server, in a game, in a browser's gateway and in the simulator.
//!
//! ```text
//!                 handle_connected, handle_disconnected
//!    network ───▶ handle_packet ───────────────┐
//!    clock   ───▶ handle_timeout               ▼
//!                                     ┌──────────────────┐
//!                                     │ Server or Client │
//!                                     └──────────────────┘
//!    network ◀─── poll_transmit ◀──────────────┤
//!    network ◀─── poll_command  ◀──────────────┤
//!    game    ◀─── poll_event    ◀──────────────┤
//!    clock   ◀─── poll_timeout  ◀──────────────┘
//! ```
//!
//! # The run loop in six steps
//!
//! ```
//! use consonance_session::{Client, ClientEvent, ClientSettings, Delivery, Instant, LinkCommand, LinkId};
//! use consonance_session::{Server, ServerSettings, Target};
//!
//! let now = Instant::START;
//! let (up, down) = (LinkId(1), LinkId(1));
//! let mut server = Server::new(ServerSettings::from_seed(7));
//! let mut alice = Client::new(ClientSettings::new("Alice"));
//! alice.join_room("lobby")?;
//!
//! // 1. Start; the client asks for a link.
//! alice.start();
//! assert_eq!(alice.poll_command(), Some(LinkCommand::Open));
//!
//! // 2. Tell both ends that the link is up.
//! alice.handle_connected(now, up);
//! server.handle_connected(now, down);
//!
//! let mut joined = false;
//! while !joined {
//!     // 3. Carry what each wants to send to the other.
//!     let mut to_server = Vec::new();
//!     while let Some(transmit) = alice.poll_transmit() {
//!         to_server.push((transmit.delivery, transmit.payload.to_vec()));
//!     }
//!     for (delivery, packet) in to_server {
//!         // A relayed frame comes straight back, for the links it goes to; the rest waits in the outbox.
//!         let relayed = server.handle_packet(now, down, delivery, &packet);
//!         assert_eq!(relayed, None);
//!     }
//!     while let Some(transmit) = server.poll_transmit() {
//!         alice.handle_packet(now, up, transmit.delivery, transmit.payload);
//!     }
//!     // 4. Do what they want done with links; 5. hear what happened.
//!     while alice.poll_command().is_some() || server.poll_command().is_some() {}
//!     while let Some(event) = alice.poll_event() {
//!         joined |= event == ClientEvent::PlayersSynced;
//!     }
//!     // 6. When nothing comes, wait no longer than they want.
//!     let wake_at = [alice.poll_timeout(), server.poll_timeout()];
//!     if wake_at.iter().flatten().any(|&(at, _why)| at <= now) {
//!         alice.handle_timeout(now);
//!         server.handle_timeout(now);
//!     }
//! }
//! assert_eq!(server.clients(), 1);
//! # Ok::<(), consonance_session::RoomError>(())
//! ```
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `serde` | no | plain data can be written to files and messages, and read from them, without std |
//!
//! Needs Rust 1.95 or later.

#![no_std]

extern crate alloc;

mod client;
mod client_ids;
mod encryption;
mod end_reason;
mod group_check;
mod group_inbox;
mod heard_voice;
mod join_again;
mod join_token;
mod limits;
mod link;
mod listeners;
mod loudness;
mod moderator;
mod outbox;
mod packet_limits;
mod queue;
mod restrictions;
mod room_list;
mod roster;
mod secrets;
mod server;
mod silence;
mod time;
mod token_bucket;
mod traffic;

pub use client::{
    ChannelError, ChannelId, ChannelProperties, Client, ClientEvent, ClientSettings, ClientStatistics,
    DirectLinkStatistics, Disconnection, FORGET_TIMEOUT, HeardChannel, HeardTarget, LinkChange,
    ListenerReport, ModerateError, OwnRestrictions, OwnVoice, Players, RecordingNotice, Redirect, RoomError,
    Routing, SPEAKING_TIMEOUT, ServerLink, SessionPlayer, Status, Target, TextError, TextTarget,
    TrafficByType, UplinkReport, VoiceError, VoiceFrame,
};
pub use consonance_wire::end_reason::{EndCode, EndKind, EndReason};
pub use consonance_wire::limits::TEXT_BYTES_MAX;
pub use consonance_wire::{
    ALWAYS_SEND_ROOM, AbsurdPosition, Capabilities, ClientId, CodecId, CodecParameters, LossRun, MessageType,
    Position, Priority, Reception, RedundancySupport, ReportAnswer, ResumeTicket, RoomId, SessionId,
    SharedSecret,
};
pub use encryption::Encryption;
pub use group_check::{AskedCommit, GroupCheck, MadeCommit, NewGroup, PackageKeys};
pub use heard_voice::HeardVoice;
pub use join_token::{JoinToken, JoinTokenTooLong};
pub use limits::{Limits, Rate};
pub use link::{CloseReason, Delivery, LinkCommand, LinkId, Offence, PeerOrigin};
pub use loudness::{RecentLoudness, loudness};
pub use moderator::{ModeratorAction, ModeratorAnswer, ModeratorRequest};
pub use outbox::Transmit;
pub use packet_limits::PacketLimits;
pub use restrictions::{NoOrigin, Restriction, RestrictionTerms, Restrictions, RoomRights};
pub use server::{
    Access, AccessRule, Announcements, AtCopy, ChangeFeed, ClientRow, CopiedClient, CopiedLink, DrainTarget,
    Draining, GroupDelivery, JoinState, KeptPlace, LinkRow, ModerationDecision, MonitoredChannel, Move,
    NameTaken, NotificationStatus, Outages, PlayerIdentity, Proximity, ProximitySettings, Reconfigure,
    RestrictionsError, RoomLimits, RoomPattern, RoomRow, RoomUse, Server, ServerEvent, ServerSettings,
    ServerStatistics, SessionChange, SessionModeration, SessionReplica, SessionSnapshot, SpokenTo, Tables,
    Versions, VoiceRow, Vouched, is_voice,
};
pub use silence::is_silence;
pub use time::Instant;
pub use token_bucket::TokenBucket;
pub use traffic::{Flow, PacketTraffic, Total};

pub use consonance_wire::limits::{JOIN_TOKEN_BYTES_MAX, SERVER_BYTES_MAX, SERVERS_MAX};

/// The maximum packet size of an original; longer packets are never sent, since its buffers have this many bytes and
/// an overflow ends it.
pub(crate) const PACKET_BYTES_MAX: usize = consonance_wire::limits::PACKET_BYTES_MAX;
