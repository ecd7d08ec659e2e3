//! `sendmmsg`: one call sends a frame to many listeners.

use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};

use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, addr::SocketAddrArg, sendmmsg};

use super::frames::Frames;
use super::listeners::bind;
use super::sealer::Sealer;

/// One socket, and the packets of one call.
pub(super) struct Batches {
    socket: UdpSocket,
    addresses: Vec<SocketAddrAny>,
    /// The sealed packets for the listeners of one call, back to back.
    sealed: Vec<u8>,
    packet_bytes: usize,
}

/// Packets per call: more would save nothing, and this many sealed packets still fit the nearest cache.
const PER_CALL: usize = 128;

impl Batches {
    pub(super) fn new(addresses: &[SocketAddr], packet_bytes: usize) -> io::Result<Self> {
        let addresses = addresses.iter().map(SocketAddrArg::as_any).collect();
        Ok(Self { socket: bind()?, addresses, sealed: vec![0; PER_CALL * packet_bytes], packet_bytes })
    }

    pub(super) fn send(&mut self, frames: &Frames, mut sealers: Option<&mut [Sealer]>) -> io::Result<()> {
        for frame in frames.iter() {
            for (batch, addresses) in self.addresses.chunks(PER_CALL).enumerate() {
                let Some(sealers) = &mut sealers else {
                    let whole = [IoSlice::new(frame)];
                    send_all(&self.socket, addresses.iter().map(|address| (address, &whole)))?;
                    continue;
                };
                let packets = self.sealed.chunks_exact_mut(self.packet_bytes);
                for (sealer, packet) in
                    sealers.iter_mut().skip(batch * PER_CALL).zip(packets).take(addresses.len())
                {
                    sealer.seal(frame, packet)?;
                }
                let packets = self.sealed.chunks_exact(self.packet_bytes);
                let slices: Vec<_> =
                    packets.take(addresses.len()).map(|packet| [IoSlice::new(packet)]).collect();
                send_all(&self.socket, addresses.iter().zip(&slices))?;
            }
        }
        Ok(())
    }
}

fn send_all<'a>(
    socket: &UdpSocket,
    packets: impl Iterator<Item = (&'a SocketAddrAny, &'a [IoSlice<'a>; 1])> + Clone,
) -> io::Result<()> {
    let mut nothing: Vec<_> = packets.clone().map(|_| SendAncillaryBuffer::default()).collect();
    let mut headers: Vec<_> = packets
        .zip(&mut nothing)
        .map(|((address, slices), nothing)| MMsgHdr::new_with_addr(address, slices, nothing))
        .collect();
    let mut rest = &mut *headers;
    while !rest.is_empty() {
        let sent = sendmmsg(socket, rest, SendFlags::empty())?;
        rest = &mut rest[sent..];
    }
    Ok(())
}
