//! Plain ENet, over its own socket, with ours: our additions change nothing for the other side.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance_game_networks::enet::{ChannelMode, ConnectionSettings, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, DisconnectReason, ServerLinkEvent, ServerNetwork as _,
};
use rusty_enet::{EventNoRef, Host, HostSettings, Packet, PeerID};

use crate::enet::support::{client_of, server_of};

const PATIENCE: Duration = Duration::from_mins(2);

fn settings() -> ConnectionSettings {
    ConnectionSettings::enet13(vec![ChannelMode::Reliable, ChannelMode::Unsequenced])
}

fn stock_host() -> (Host<UdpSocket>, SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let settings = HostSettings { peer_limit: 4, channel_limit: 2, ..HostSettings::default() };
    (Host::new(socket, settings).unwrap(), address)
}

/// The size of the messages that are sent in fragments.
const LARGE: usize = 4000;

#[test]
fn a_client_that_is_enet_by_itself_is_served() {
    let settings = settings();
    let any = (Ipv4Addr::LOCALHOST, 0).into();
    let mut server = UdpServer::bind(any, server_of(&settings), UdpServerSettings::default()).unwrap();
    let (mut stock, _) = stock_host();
    stock.connect(server.local_addr(), 2, 7).unwrap();
    let (mut heard, mut echoed, mut end) = (Vec::new(), 0, None);
    let deadline = Instant::now() + PATIENCE;
    while end.is_none() {
        assert!(Instant::now() < deadline, "{heard:?}, {echoed} echoed");
        let mut answers = Vec::new();
        let mut bytes = Vec::new();
        while let Some(event) = server.poll_event(Instant::now(), &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, .. } => {
                    assert_eq!(bytes, [0, 0, 0, 7]);
                    server.accept(Instant::now(), peer, &[]);
                }
                ServerLinkEvent::Packet { peer, channel } => {
                    answers.push((peer, channel, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { reason, .. } => end = Some(reason),
            }
        }
        for (peer, channel, message) in answers {
            server.send(Instant::now(), &[peer], channel, &message);
        }
        server.flush(Instant::now());
        while let Some(event) = stock.service().unwrap().map(rusty_enet::Event::no_ref) {
            match event {
                EventNoRef::Connect { peer, .. } => {
                    let peer = stock.peer_mut(peer);
                    peer.send(0, &Packet::reliable(vec![1; LARGE])).unwrap();
                    peer.send(1, &Packet::unreliable_unsequenced(vec![2; 100])).unwrap();
                }
                EventNoRef::Receive { channel_id, packet, .. } => {
                    heard.push((channel_id, packet.data().len()));
                    echoed += 1;
                }
                EventNoRef::Disconnect { .. } => {}
            }
            if echoed == 2 {
                stock.peer_mut(PeerID(0)).disconnect(0);
            }
        }
    }
    heard.sort_unstable();
    assert_eq!(heard, [(0, LARGE), (1, 100)]);
    assert_eq!(end, Some(DisconnectReason::closed_by_peer(b"")));
}

#[test]
fn a_server_that_is_enet_by_itself_serves_us() {
    let (mut stock, address) = stock_host();
    let mut client = UdpClient::new(address, client_of(&settings(), 1), UdpClientSettings::default());
    client.connect(Instant::now());
    let (mut heard, mut end) = (Vec::new(), None);
    let deadline = Instant::now() + PATIENCE;
    while end.is_none() {
        assert!(Instant::now() < deadline, "{heard:?}");
        while let Some(event) = stock.service().unwrap().map(rusty_enet::Event::no_ref) {
            if let EventNoRef::Receive { peer, channel_id, packet } = event {
                stock.peer_mut(peer).send(channel_id, &packet).unwrap();
                if packet.data() == b"goodbye" {
                    stock.peer_mut(peer).disconnect_later(0);
                }
            }
        }
        let mut is_new = false;
        let mut bytes = Vec::new();
        while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
            match event {
                ClientLinkEvent::Connected => is_new = true,
                ClientLinkEvent::Packet { channel } => heard.push((channel, bytes.len())),
                ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                ClientLinkEvent::Disconnected { reason } => end = Some(reason),
            }
        }
        if is_new {
            client.send(Instant::now(), UNRELIABLE_CHANNEL, &[2; 100]);
            client.send(Instant::now(), RELIABLE_CHANNEL, &[1; LARGE]);
            client.send(Instant::now(), RELIABLE_CHANNEL, b"goodbye");
            client.flush(Instant::now());
        }
    }
    heard.sort_unstable();
    assert_eq!(heard, [(RELIABLE_CHANNEL, 7), (RELIABLE_CHANNEL, LARGE), (UNRELIABLE_CHANNEL, 100)]);
    assert_eq!(end, Some(DisconnectReason::closed_by_peer(b"")));
}
