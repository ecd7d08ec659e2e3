//! Generic segmentation offload: one call with several packets for one listener, which the kernel splits.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use nix::sys::socket::{setsockopt, sockopt::UdpGsoSegment};

use super::frames::Frames;
use super::listeners::{bind, whole};
use super::sealer::Sealer;

/// A socket that splits its data into packets of equal length.
pub(super) struct Segments {
    socket: UdpSocket,
    addresses: Vec<SocketAddr>,
    /// The sealed packets for one listener.
    sealed: Vec<u8>,
    packet_bytes: usize,
}

impl Segments {
    pub(super) fn new(addresses: &[SocketAddr], packet_bytes: usize) -> io::Result<Self> {
        let socket = bind()?;
        setsockopt(&socket, UdpGsoSegment, &(packet_bytes as i32))?;
        let sealed = vec![0; Frames::COUNT * packet_bytes];
        Ok(Self { socket, addresses: addresses.to_vec(), sealed, packet_bytes })
    }

    pub(super) fn send(&mut self, frames: &Frames, sealers: Option<&mut [Sealer]>) -> io::Result<()> {
        let Some(sealers) = sealers else {
            return self.addresses.iter().try_for_each(|address| {
                whole(self.socket.send_to(frames.as_one(), address)?, frames.as_one())
            });
        };
        for (address, sealer) in self.addresses.iter().zip(sealers) {
            for (frame, packet) in frames.iter().zip(self.sealed.chunks_exact_mut(self.packet_bytes)) {
                sealer.seal(frame, packet)?;
            }
            whole(self.socket.send_to(&self.sealed, address)?, &self.sealed)?;
        }
        Ok(())
    }
}
