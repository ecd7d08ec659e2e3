//! Every packet of the voice protocol: parse and write, without allocation.
//!
//! This crate is the bytes and nothing else: no clock, no socket, no roster. The session crate reads and writes all its
//! packets through it; tools that look at traffic use it alone. It is `no_std` and has no unsafe code, and no input
//! makes it panic.
//!
//! # The eleven packets
//!
//! A packet is a header (magic, type, and in all but one the session id) and a body.
//! Numbers are big-endian. C is a client, S the server.
//!
//! | type | packet | way | reliable | says |
//! |---|---|---|---|---|
//! | 1 | [`ClientState`] | C→S, S→all | yes | a client's name, id, codec and the rooms it listens to |
//! | 2 | [`VoiceData`] | C→C, relayed or direct; C→S | no | one encoded frame and the channels it is spoken on; to a server of ours without a list of listeners |
//! | 3 | [`TextData`] | C→C, relayed or direct | yes | a text message to a room or a player |
//! | 4 | [`HandshakeRequest`] | C→S | yes | name and codec of a client that wants in; has no session id |
//! | 5 | [`HandshakeResponse`] | S→C | yes | the id given to the client; older servers add the whole roster |
//! | 6 | [`ErrorWrongSession`] | S→C; C→S | no | the server's session, to a client that used another; between ours, with the session that both are in, the packet before an extension that originals do not know |
//! | 7, 8 | [`ServerRelay`] | C→S | 7 yes, 8 no | a whole packet to be passed on to a list of clients |
//! | 9 | [`DeltaChannelState`] | C→S, S→all | yes | a client began or ceased to listen to a room |
//! | 10 | [`RemoveClient`] | S→all; C→S | yes | a client has left; to a server of ours, the farewell of a client |
//! | 11 | [`HandshakeP2P`] | C→C, direct | yes | which client is at the other end of a direct link |
//!
//! # Reading and writing
//!
//! A parsed packet borrows from the bytes it came from; a written one goes into the caller's buffer.
//!
//! ```
//! use consonance_wire::{ClientId, Packet, RoomId, SessionId, TextData, TextRecipient, WireStr};
//!
//! let text = TextData {
//!     session: SessionId(0x1234_5678),
//!     recipient: TextRecipient::Room(RoomId::of("Global")),
//!     sender: ClientId(3),
//!     text: Some(WireStr::from("hello")),
//! };
//! let mut buffer = [0; consonance_wire::limits::PACKET_BYTES_MAX];
//! let length = Packet::from(text).write(&mut buffer)?;
//!
//! let packet = Packet::parse(&buffer[..length])?;
//! assert_eq!(packet, Packet::TextData(text));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! If speed matters, look at the header first: [`MessageType::peek`] reads the type alone, [`PacketHeader::parse`] the
//! session as well, and each packet's `parse_body` the rest.
//!
//! Peers of the original ignore what follows a body. [`Extension`] is the block that ours may put there: behind a
//! handshake ([`HandshakeExtension`]), and behind an [`ErrorWrongSession`] of the session that both are in, which else
//! says nothing ([`VoiceReport`], [`PositionReport`], [`Notice`], [`Closing`], [`ServerList`], [`ModeratorCommand`],
//! [`GroupPart`]).
//!
//! # Beside the packets
//!
//! * [`end_reason`]: why a server ends a link or rejects a player
//! * [`names`]: the key by which players' names are compared
//! * [`opus_packet`]: Opus packets, parsed and assembled without decoding
//! * [`replay_window`]: which counters of sealed packets came before
//!
//! # Features
//!
//! | feature | by default | adds |
//! |---|---|---|
//! | `serde` | no | plain data can be written to files and messages, and read from them, without std |
//!
//! Needs Rust 1.95 or later.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod capabilities;
mod channel_bits;
mod closing;
mod codec_settings;
mod cursor;
mod delivery;
mod end_notice;
pub mod end_reason;
mod error;
mod extension;
#[cfg(feature = "fuzzing")]
pub mod fuzz_tape;
mod group_message;
mod handshake;
mod header;
mod ids;
pub mod limits;
mod list;
mod lossy_utf8;
mod moderator_command;
pub mod names;
mod notice;
pub mod opus_packet;
mod packet;
mod position_report;
mod relay;
pub mod replay_window;
mod room_id;
mod roster;
mod sealed_voice;
mod server_list;
mod string;
mod text;
mod voice;
mod voice_options;
mod voice_report;
mod wrapping;

pub use capabilities::{Capabilities, HandshakeExtension, ResumeTicket, SharedSecret};
pub use channel_bits::{ChannelBits, ChannelKind, Priority};
pub use closing::Closing;
pub use codec_settings::{CodecId, CodecParameters};
pub use cursor::{Reader, Writer};
pub use delivery::Delivery;
pub use end_notice::EndNotice;
pub use error::{ParseError, WriteError};
pub use extension::{Extension, ExtensionItems, ExtensionWriter};
pub use group_message::{DeliveryMessage, GroupPart, MemberMessage, Named, PlainRooms, ReportAnswer};
pub use handshake::{ErrorWrongSession, HandshakeP2P, HandshakeRequest, HandshakeResponse, RoomMembers};
pub use header::{MAGIC, MessageType, PacketHeader};
pub use ids::{ClientId, RoomId, SessionId};
pub use list::{List, ListItem, ListIter};
pub use moderator_command::{CommandAction, ModeratorAnswer, ModeratorCommand};
pub use notice::{Notice, Restriction};
pub use packet::Packet;
pub use position_report::{AbsurdPosition, Position, PositionReport};
pub use relay::ServerRelay;
pub use room_id::ALWAYS_SEND_ROOM;
#[doc(hidden)]
pub use room_id::fnv1a_utf16;
pub use roster::{ClientState, DeltaChannelState, RemoveClient, RosterEntry};
pub use sealed_voice::SealedVoice;
pub use server_list::ServerList;
pub use string::WireStr;
pub use text::{TextData, TextRecipient};
pub use voice::{VoiceChannel, VoiceData};
pub use voice_options::VoiceOptions;
pub use voice_report::{
    ListenerSummary, LossRun, Reception, ReceptionReport, RedundancySupport, UplinkReceipt, VoiceReport,
};
pub use wrapping::wrapped_delta;
