//! The bodies of the fuzz targets: each takes arbitrary bytes and panics only on a defect of the engine.
//!
//! The targets in `fuzz/` are one line each and call these functions. The tests of this crate call them with a stored
//! corpus, so that every earlier finding is tested in every build, without a fuzzer.
//!
//! * [`wire_parse`]: any bytes as a packet.
//! * [`extension_block`]: any bytes as the block behind a packet.
//! * [`server_operations`] and [`client_operations`]: bytes as a sequence of everything that can happen to an engine,
//!   packets good and bad included.
//! * [`group_members`], [`group_server`] and [`sealed_packets`]: bytes as what a hostile server, member and relay do to
//!   an encrypted session.
//!
//! The operations are read one after the other, each from as many bytes as it needs, so a change of a few bytes
//! changes one operation and leaves the others as they are.

mod client_operations;
mod extension_block;
mod group_members;
mod group_server;
mod honest_group;
mod pack;
mod packets;
mod sealed_packets;
mod server_operations;
mod wire_parse;

pub use client_operations::client_operations;
pub use extension_block::extension_block;
pub use group_members::group_members;
pub use group_server::group_server;
pub use pack::{pack, unpack};
pub use sealed_packets::sealed_packets;
pub use server_operations::server_operations;
pub use wire_parse::wire_parse;
