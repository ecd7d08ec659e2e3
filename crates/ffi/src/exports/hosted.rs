//! Packets of a chat over a game's own network.

use consonance::transport::hosted::{ClientRequest, HostedClientHandle, HostedSettings};
use consonance::transport::{Delivery, PacketLimits};

use crate::c::{Array, ArrayOut, Out};
use crate::chats::{Chat, HostedClient};
use crate::error::{CError, Failure, guard};
use crate::lock::lock;
use crate::outgoing::Outgoing;
use crate::structs::{CPacket, CPacketAction};

/// A network that carries less is none for voice.
const BYTES_MIN: u32 = 256;

/// The link to the host is up (1), or down (0).
#[unsafe(no_mangle)]
pub extern "C" fn consonance_link(chat: u64, is_up: u32) -> CError {
    guard(|| {
        with_network(&*Chat::of(chat)?, |network| match is_up {
            0 => network.handle.link_down(""),
            _ => network.handle.link_up(),
        })
    })
}

/// Takes a packet that the host has sent.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_packet_in(chat: u64, reliable: u32, packet: Array<u8>, length: usize) -> CError {
    guard(|| {
        let packet = packet.read("packet", length)?;
        with_network(&*Chat::of(chat)?, |network| {
            // What was too much is dropped, and counted.
            let _ = network.handle.receive(delivery(reliable), packet);
        })
    })
}

/// Takes the next thing to do on the game's own network: to be called in every frame until it returns
/// `CONSONANCE_ERROR_NOTHING`.
///
/// The size of `packet` must be set before; the bytes to send are written into `buffer`, and `length` is how many.
/// Where there is no room, it waits on.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_packet_out(
    chat: u64,
    packet: Out<CPacket>,
    buffer: ArrayOut<u8>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        with_network(&*Chat::of(chat)?, |network| {
            let HostedClient { handle, waiting } = network;
            waiting.write_next(|| next(handle), packet, buffer, capacity, length)
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
