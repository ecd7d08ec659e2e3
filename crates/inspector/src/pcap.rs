//! Packet captures of the voice protocol: pcapng files that Wireshark opens.
//!
//! The façade and the server use it to record what a transport sends and receives, before encryption and after
//! decryption: the plain packets.
//!
//! [`PacketCapture`] owns the file and a thread that writes it; a [`PacketSink`] passes packets to it and never waits.
//! When the disk is too slow, packets are dropped, and the file says where.
//!
//! # The file
//!
//! | block | content |
//! |---|---|
//! | section header | the program that wrote the file, and the file's limits |
//! | interface, one for each link | `server`, `direct-1`, `client-7`; raw IP frames, nanoseconds |
//! | enhanced packet | one packet of the protocol in a made-up IPv4 and UDP frame, its direction, a comment |
//! | interface statistics, at the end | how many packets there were and how many were dropped |
//!
//! Frames have made-up addresses out of 198.18.0.0/15, which RFC 2544 sets aside for tests: ours is 198.18.0.1, the
//! other end of each link has one of its own. The UDP ports say how a packet travelled: [`UNRELIABLE_PORT`] or
//! [`RELIABLE_PORT`], which is how `tools/wireshark/consonance.lua` finds its packets without any setup.
//!
//! The secrets and tokens of handshakes, with which a reader of the file could impersonate a player, are written as
//! zeros.
//!
//! ```
//! use std::time::Instant;
//!
//! use consonance_inspector::pcap::{CaptureLink, CapturedPacket, PacketDirection, PacketCapture, PacketCaptureSettings};
//!
//! let path = std::env::temp_dir().join(format!("consonance-{}.pcapng", std::process::id()));
//! let capture = PacketCapture::start(&path, PacketCaptureSettings::default())?;
//! capture.sink().record(&CapturedPacket {
//!     at: Instant::now(),
//!     link: CaptureLink::Server,
//!     direction: PacketDirection::Received,
//!     is_reliable: true,
//!     packet: &[0x8b, 0xc7, 10, 0, 0, 0, 1, 0, 3],
//! });
//! let report = capture.stop()?;
//! assert_eq!((report.packets, report.dropped), (1, 0));
//! assert_eq!(std::fs::metadata(&path)?.len(), report.bytes);
//! std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod frame;
mod packet_capture;
mod packet_sink;
mod pcapng;
mod redaction;
mod settings;
mod words;
mod writer_thread;

pub use error::CaptureError;
pub use frame::{RELIABLE_PORT, UNRELIABLE_PORT};
pub use packet_capture::PacketCapture;
pub use packet_sink::{CaptureLink, CapturedPacket, PacketDirection, PacketSink};
pub use settings::PacketCaptureSettings;
pub use writer_thread::CaptureReport;
