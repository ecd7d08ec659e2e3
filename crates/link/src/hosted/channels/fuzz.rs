//! A fuzz target for the channels of both ends.

use std::time::Instant;

use super::super::{self as hosted, HostedSettings};
use super::{ClientChannels, ServerChannels, packet_limits};
use crate::{ClientNetwork as _, Delivery, PacketLimits, ServerLinkEvent, ServerNetwork as _};

/// The bytes drive a game that passes arbitrary data to both ends: nothing panics, and no queue exceeds its limits.
///
/// Each step is a byte for the action, one for the client, one for a length, and that many bytes of a message.
pub fn hosted_channels(mut bytes: &[u8]) {
    let now = Instant::now();
    let settings = HostedSettings {
        peers_max: 3,
        outgoing_reliable_packets: 4,
        ..HostedSettings::new(packet_limits(PacketLimits { reliable_bytes: 600, unreliable_bytes: 600 }))
    };
    let (mut server, handle) = hosted::server(&settings);
    let mut servers_end = ServerChannels::new(handle);
    let (mut client, handle) = hosted::client(&settings);
    let mut clients_end = ClientChannels::new(handle, "main");
    let mut peers = Vec::new();
    while let Some((&[what, sender, length], rest)) = bytes.split_first_chunk() {
        let (message, rest) = rest.split_at(usize::from(length).min(rest.len()));
        bytes = rest;
        let number = u64::from(sender % 5);
        let delivery = if sender & 0x80 == 0 { Delivery::Reliable } else { Delivery::Unreliable };
        match what % 16 {
            0..3 => servers_end.handle_message(number, delivery, message),
            3..6 => clients_end.handle_message(delivery, message),
            6 => servers_end.handle_game_disconnected(number),
            7 => servers_end.handle_send_failed(number),
            8 => clients_end.handle_game_connected(),
            9 => clients_end.handle_game_disconnected(),
            10 => clients_end.handle_send_failed(),
            11 => client.connect(now),
            12 => {
                client.send(now, delivery, message);
                server.send(now, &peers, delivery, message);
            }
            13 => peers.iter().for_each(|&peer| server.disconnect(now, peer, "enough")),
            14 => while clients_end.poll_transmit().is_some() {},
            _ => while servers_end.poll_transmit().is_some() {},
        }
        while client.poll_event(now, &mut Vec::new()).is_some() {}
        while let Some(event) = server.poll_event(now, &mut Vec::new()) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => peers.push(peer),
                ServerLinkEvent::Disconnected { peer, .. } => peers.retain(|&other| other != peer),
                ServerLinkEvent::Packet { .. } => {}
            }
        }
        assert!(peers.len() <= settings.peers_max, "more peers than the settings allow");
    }
}
