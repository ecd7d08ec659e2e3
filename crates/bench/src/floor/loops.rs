//! The bare loops: each sends the same frames to the same listeners in its own way, and does nothing else.

use std::io;
use std::net::{SocketAddr, UdpSocket};

#[cfg(target_os = "linux")]
use super::batches::Batches;
use super::frames::Frames;
use super::listeners::{Listeners, bind, whole};
use super::sealer::Sealer;
#[cfg(target_os = "linux")]
use super::segments::Segments;

/// The ways to send that this system has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One socket for all; each packet has its listener's address.
    SendTo,
    /// A connected socket for each listener.
    Connected,
    /// One socket for all; one call for many packets.
    #[cfg(target_os = "linux")]
    SendMmsg,
    /// One socket for all; one call for four packets to one listener, which the kernel splits.
    #[cfg(target_os = "linux")]
    Gso4,
}

impl Kind {
    pub(super) const ALL: &[Self] = &[
        Self::SendTo,
        Self::Connected,
        #[cfg(target_os = "linux")]
        Self::SendMmsg,
        #[cfg(target_os = "linux")]
        Self::Gso4,
    ];

    fn name(self, sealed: bool) -> &'static str {
        match (self, sealed) {
            (Self::SendTo, false) => "sendto",
            (Self::SendTo, true) => "sealed-sendto",
            (Self::Connected, false) => "connected",
            (Self::Connected, true) => "sealed-connected",
            #[cfg(target_os = "linux")]
            (Self::SendMmsg, false) => "sendmmsg",
            #[cfg(target_os = "linux")]
            (Self::SendMmsg, true) => "sealed-sendmmsg",
            #[cfg(target_os = "linux")]
            (Self::Gso4, false) => "gso4",
            #[cfg(target_os = "linux")]
            (Self::Gso4, true) => "sealed-gso4",
        }
    }
}

/// A loop that is ready to send.
pub(super) struct Loop {
    pub(super) name: &'static str,
    /// The number of listeners.
    pub(super) listeners: usize,
    way: Way,
    /// The sealer of each listener, if packets are sealed.
    sealers: Option<Vec<Sealer>>,
}

enum Way {
    Shared(UdpSocket, Vec<SocketAddr>),
    Connected(Vec<UdpSocket>),
    #[cfg(target_os = "linux")]
    Batches(Batches),
    #[cfg(target_os = "linux")]
    Segments(Segments),
}

impl Loop {
    pub(super) fn new(kind: Kind, sealed: bool, listeners: &Listeners, frames: &Frames) -> io::Result<Self> {
        let addresses = listeners.addresses();
        #[cfg(target_os = "linux")]
        let packet_bytes = frames.frame_bytes() + if sealed { Sealer::OVERHEAD } else { 0 };
        let way = match kind {
            Kind::SendTo => Way::Shared(bind()?, addresses.to_vec()),
            Kind::Connected => Way::Connected(addresses.iter().map(connected).collect::<Result<_, _>>()?),
            #[cfg(target_os = "linux")]
            Kind::SendMmsg => Way::Batches(Batches::new(addresses, packet_bytes)?),
            #[cfg(target_os = "linux")]
            Kind::Gso4 => Way::Segments(Segments::new(addresses, packet_bytes)?),
        };
        let sealers = sealed.then(|| (0..addresses.len()).map(Sealer::new).collect()).transpose()?;
        Ok(Self { name: kind.name(sealed), listeners: addresses.len(), way, sealers })
    }

    /// Sends every frame to every listener.
    ///
    /// # Errors
    ///
    /// If a packet cannot be sent, or not as a whole.
    pub(super) fn send(&mut self, frames: &Frames) -> io::Result<()> {
        let sealers = self.sealers.as_deref_mut();
        match &mut self.way {
            Way::Shared(socket, addresses) => {
                one_by_one(frames, sealers, addresses, |address, packet| socket.send_to(packet, address))
            }
            Way::Connected(sockets) => one_by_one(frames, sealers, sockets, UdpSocket::send),
            #[cfg(target_os = "linux")]
            Way::Batches(batches) => batches.send(frames, sealers),
            #[cfg(target_os = "linux")]
            Way::Segments(segments) => segments.send(frames, sealers),
        }
    }
}

fn connected(address: &SocketAddr) -> io::Result<UdpSocket> {
    let socket = bind()?;
    socket.connect(address)?;
    Ok(socket)
}

/// Makes one call for each frame to each listener; `ways` has one entry for each listener.
fn one_by_one<T>(
    frames: &Frames,
    mut sealers: Option<&mut [Sealer]>,
    ways: &[T],
    send: impl Fn(&T, &[u8]) -> io::Result<usize>,
) -> io::Result<()> {
    let mut buffer = vec![0; frames.frame_bytes() + Sealer::OVERHEAD];
    for frame in frames.iter() {
        match &mut sealers {
            None => {
                for way in ways {
                    whole(send(way, frame)?, frame)?;
                }
            }
            Some(sealers) => {
                for (way, sealer) in ways.iter().zip(sealers.iter_mut()) {
                    sealer.seal(frame, &mut buffer)?;
                    whole(send(way, &buffer)?, &buffer)?;
                }
            }
        }
    }
    Ok(())
}
