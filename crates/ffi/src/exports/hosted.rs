//! Packets that pass through the game: of a chat over the game's own network, and of the game's own voice engine over a
//! link of ours.

use consonance::PacketLink;
use consonance::transport::hosted::{ClientRequest, HostedClientHandle, HostedSettings};
use consonance::transport::{Delivery, PacketLimits};

use crate::c::{Array, ArrayOut, Out, Text};
use crate::chats::{Chat, HostedClient};
use crate::error::{CError, Failure, guard};
use crate::handles::Kind;
use crate::links::{LINKS, Link};
use crate::lock::lock;
use crate::outgoing::{Outgoing, PacketOut};
use crate::reaper;
use crate::structs::{CPacket, CPacketAction};

/// A network that carries less is none for voice.
const BYTES_MIN: u32 = 256;

/// Reports that the link to the host is up (1) or down (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_link(chat: u64, is_up: u32) -> CError {
    guard(|| {
        with_network(&*Chat::of(chat)?, |network| match is_up {
            0 => network.handle.link_down(""),
            _ => network.handle.link_up(),
        })
    })
}

/// Starts to connect to a server and writes the handle of the link: for a game whose own voice engine implements the
/// protocol. `consonance_packet_in` sends its packets, `consonance_packet_out` returns the state of the link and the
/// server's packets. The address is as in the settings of a chat.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_connect(address: Text, link: Out<u64>) -> CError {
    guard(|| {
        link.write("link", 0)?;
        let address = address.read("address")?;
        reaper::prepare()?;
        let failed = |cause| Failure::start(format!("address {address:?}: {cause}"));
        link.write("link", LINKS.insert(Link::new(PacketLink::to(address).map_err(failed)?))?)
    })
}

/// Passes in a packet: for a chat, one from its host; for a link, one to the server, which is dropped while the link is
/// down.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_packet_in(
    chat_or_link: u64,
    reliable: u32,
    packet: Array<u8>,
    length: usize,
) -> CError {
    guard(|| {
        let packet = packet.read("packet", length)?;
        if Kind::of(chat_or_link) == Some(Kind::Link) {
            LINKS.get(chat_or_link)?.send(delivery(reliable), packet);
            return Ok(());
        }
        with_network(&*Chat::of(chat_or_link)?, |network| {
            // Excess packets are dropped and counted.
            let _ = network.handle.receive(delivery(reliable), packet);
        })
    })
}

/// Takes the next action for the game's own network, or the next packet from a link: call it in every frame until it
/// returns `CONSONANCE_ERROR_NOTHING`.
///
/// The size of `packet` must be set before; the bytes are written into `buffer`, and `length` receives their number.
/// If `buffer` is too small, the action stays queued.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_packet_out(
    chat_or_link: u64,
    packet: Out<CPacket>,
    buffer: ArrayOut<u8>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let into = PacketOut { packet, buffer, capacity, length };
        if Kind::of(chat_or_link) == Some(Kind::Link) {
            return LINKS.get(chat_or_link)?.write_next_incoming(into);
        }
        with_network(&*Chat::of(chat_or_link)?, |network| {
            let HostedClient { handle, waiting } = network;
            waiting.write_next(|| next(handle), into)
        })?
    })
}

fn next(handle: &mut HostedClientHandle) -> Option<Outgoing> {
    Some(match handle.poll()? {
        ClientRequest::Connect => Outgoing::link(CPacketAction::Connect, 0),
        ClientRequest::Send { delivery, packet } => Outgoing::packet(&[0], delivery, packet),
        ClientRequest::Disconnect => Outgoing::link(CPacketAction::Disconnect, 0),
    })
}

fn with_network<R>(chat: &Chat, act: impl FnOnce(&mut HostedClient) -> R) -> Result<R, Failure> {
    let hosted = chat.hosted.as_ref();
    let hosted = hosted.ok_or_else(|| Failure::new(CError::Unsupported, "the chat has no hosted network"))?;
    Ok(act(&mut lock(hosted)))
}

/// How a packet travels.
pub(crate) fn delivery(reliable: u32) -> Delivery {
    if reliable == 0 { Delivery::Unreliable } else { Delivery::Reliable }
}

/// A game's own network that carries packets of these sizes.
pub(crate) fn hosted_settings(reliable: u32, unreliable: u32) -> Result<HostedSettings, Failure> {
    for (what, bytes) in [("reliable_bytes", reliable), ("unreliable_bytes", unreliable)] {
        if bytes < BYTES_MIN {
            return Err(Failure::value(what, bytes, format!("at least {BYTES_MIN}")));
        }
    }
    let (reliable_bytes, unreliable_bytes) = (reliable as usize, unreliable as usize);
    Ok(HostedSettings::new(PacketLimits { reliable_bytes, unreliable_bytes }))
}
