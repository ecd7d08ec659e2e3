//! Many clients on one socket.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use consonance_gateway::udp::{UdpClient, UdpClientSettings, UdpServer, UdpServerSettings};
use consonance_gateway::{GameClient as _, GameClientEvent, GameServer as _, GameServerEvent};
use consonance_transport::{Delivery, Peer};
use consonance_utp::{RELIABLE, ServerSettings, UNRELIABLE, UtpServer};

use crate::support::client;

const CLIENTS: usize = 200;

#[test]
fn two_hundred_clients_are_heard_and_hear_on_one_listener() {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let endpoint = UtpServer::new(ServerSettings::default());
    let mut server = UdpServer::bind(address, endpoint, UdpServerSettings::default()).unwrap();
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let settings = UdpClientSettings { buffer_bytes: 64 * 1024, ..UdpClientSettings::default() };
            UdpClient::new(server.local_addr(), client(number as u64), settings)
        })
        .collect();
    for client in &mut clients {
        client.connect(Instant::now(), b"");
    }
    let mut heard = vec![Vec::new(); CLIENTS];
    let deadline = Instant::now() + Duration::from_mins(1);
    while heard.iter().any(|heard| heard.len() < 2) {
        assert!(Instant::now() < deadline, "{heard:?}");
        let now = Instant::now();
        let mut echoes: Vec<(Peer, Vec<u8>)> = Vec::new();
        let mut newcomers = Vec::new();
        while let Some(event) = server.poll(now) {
            match event {
                GameServerEvent::Connected { peer, .. } => newcomers.push(peer),
                GameServerEvent::Message { peer, message, .. } => echoes.push((peer, message.to_vec())),
                GameServerEvent::Disconnected { peer, reason } => panic!("{peer:?} is gone: {reason}"),
            }
        }
        for peer in newcomers {
            server.accept(now, peer, &[]);
        }
        for (peer, message) in echoes {
            let channel = server.channel_for(Delivery::Reliable);
            server.send(now, peer, channel, &message);
        }
        server.flush(now);
        for (number, client) in clients.iter_mut().enumerate() {
            let mut is_newly_up = false;
            while let Some(event) = client.poll(now) {
                match event {
                    GameClientEvent::Connected { .. } => is_newly_up = true,
                    GameClientEvent::Message { channel, message } => {
                        assert_eq!((channel, message), (RELIABLE, (number as u64).to_le_bytes().as_slice()));
                        heard[number].push(channel);
                    }
                    GameClientEvent::Disconnected { reason } => panic!("client {number} is gone: {reason}"),
                }
            }
            if is_newly_up {
                client.send(now, RELIABLE, &(number as u64).to_le_bytes());
            }
            if heard[number].len() == 1 {
                client.send(now, UNRELIABLE, &(number as u64).to_le_bytes());
            }
            client.flush(now);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.statistics().connections.connected, CLIENTS as u64);
}
