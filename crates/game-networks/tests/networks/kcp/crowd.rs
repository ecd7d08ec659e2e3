//! Many clients of all generations on one listener, over real sockets.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_game_networks::kcp::{
    Generation, KcpClient, KcpServer, KcpServerSettings, RELIABLE_CHANNEL, UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Peer, ServerLinkEvent, ServerNetwork as _};

use crate::kcp::support::client;

const CLIENTS: usize = 200;
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends each message back on its channel.
fn echo(server: &mut UdpServer<KcpServer>, peers: &mut BTreeMap<Peer, u64>) {
    let mut heard = Vec::new();
    let mut bytes = Vec::new();
    while let Some(event) = server.poll_event(Instant::now(), &mut bytes) {
        match event {
            ServerLinkEvent::Connected { peer, .. } => {
                peers.insert(peer, 0);
                server.accept(Instant::now(), peer, &[]);
            }
            ServerLinkEvent::Packet { peer, channel } => {
                heard.push((peer, channel, bytes.clone()));
            }
            ServerLinkEvent::Disconnected { peer, .. } => {
                peers.remove(&peer);
            }
        }
    }
    for (peer, channel, message) in heard {
        *peers.get_mut(&peer).unwrap() += 1;
        server.send(Instant::now(), &[peer], channel, &message);
    }
    server.flush(Instant::now());
}

#[test]
fn two_hundred_clients_of_all_generations_are_served_on_one_port_and_none_is_taken_for_another() {
    let endpoint = KcpServer::new(KcpServerSettings::default(), [7; 32]);
    let settings = UdpServerSettings::default();
    let mut server = UdpServer::bind((Ipv4Addr::LOCALHOST, 0).into(), endpoint, settings).unwrap();
    let mut peers = BTreeMap::new();
    let mut clients: Vec<(UdpClient<KcpClient>, [bool; 2])> = (0..CLIENTS)
        .map(|number| {
            let endpoint = client(Generation::ALL[number % 4]);
            let mut client = UdpClient::new(server.local_addr(), endpoint, UdpClientSettings::default());
            client.connect(Instant::now());
            (client, [false; 2])
        })
        .collect();
    let deadline = Instant::now() + PATIENCE;
    while !clients.iter().all(|(_, heard)| *heard == [true; 2]) {
        assert!(Instant::now() < deadline, "not all were answered");
        echo(&mut server, &mut peers);
        for (number, (client, heard)) in clients.iter_mut().enumerate() {
            let own = number.to_le_bytes();
            let mut is_new = false;
            let mut bytes = Vec::new();
            while let Some(event) = client.poll_event(Instant::now(), &mut bytes) {
                match event {
                    ClientLinkEvent::Connected => is_new = true,
                    ClientLinkEvent::Packet { channel } => {
                        assert_eq!(bytes, own);
                        heard[usize::from(channel.0)] = true;
                    }
                    ClientLinkEvent::Direct { .. } => panic!("games have no direct links"),
                    ClientLinkEvent::Disconnected { reason } => panic!("{number}: {reason}"),
                }
            }
            if is_new {
                client.send(Instant::now(), RELIABLE_CHANNEL, &own);
            }
            if !heard[usize::from(UNRELIABLE_CHANNEL.0)] {
                client.send(Instant::now(), UNRELIABLE_CHANNEL, &own);
            }
            client.flush(Instant::now());
        }
    }
    assert_eq!((peers.len(), server.statistics().connections.connected), (CLIENTS, CLIENTS as u64));
    drop(clients);
    while !peers.is_empty() {
        assert!(Instant::now() < deadline, "not all were seen to leave");
        echo(&mut server, &mut peers);
    }
}
