//! As many clients as in a big session, all of which connect, speak, leave and reconnect.

use std::collections::BTreeMap;
use std::time::Instant;

use consonance_link::gateway::streams::StreamClientSettings;
use consonance_link::voice_websocket::{ClientEnd, WebSocketClient};
use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, Peer, ServerNetwork as _};

use crate::websocket::listener::{Listener, Seen, wait};

const CLIENTS: usize = 200;

#[test]
fn two_hundred_clients_of_one_listener_come_speak_go_and_come_again() {
    let mut listener = Listener::new();
    let mut clients: Vec<WebSocketClient> = (0..CLIENTS).map(|_| client(&listener)).collect();
    for round in 0..2 {
        let now = Instant::now();
        for client in &mut clients {
            client.connect(now);
        }
        let mut present: BTreeMap<Peer, Vec<u8>> = BTreeMap::new();
        let mut heard = vec![None; CLIENTS];
        wait(|| {
            listener.now = Instant::now();
            while let Some(seen) = listener.poll() {
                match seen {
                    Seen::Connected(peer, session) => {
                        assert_eq!(session, "main");
                        assert_eq!(present.insert(peer, Vec::new()), None);
                    }
                    Seen::Packet(peer, delivery, packet) => {
                        listener.server.send(listener.now, &[peer], delivery, &packet);
                        present.insert(peer, packet);
                    }
                    Seen::Disconnected(peer, reason) => panic!("{peer:?}: {reason}"),
                }
            }
            for (number, client) in clients.iter_mut().enumerate() {
                speak_and_listen(client, number, &mut heard[number]);
            }
            heard.iter().all(Option::is_some).then_some(())
        });
        for (number, heard) in heard.iter().enumerate() {
            assert_eq!(heard.as_deref(), Some(&(number as u16).to_le_bytes()[..]), "round {round}");
        }
        assert_eq!(listener.statistics().connections.connected, CLIENTS as u64);
        for client in &mut clients {
            client.disconnect(Instant::now());
        }
        wait(|| {
            listener.now = Instant::now();
            while let Some(seen) = listener.poll() {
                let Seen::Disconnected(peer, _) = seen else { panic!("{seen:?}") };
                assert!(present.remove(&peer).is_some());
            }
            for client in &mut clients {
                while client.poll_event(Instant::now(), &mut Vec::new()).is_some() {}
            }
            present.is_empty().then_some(())
        });
    }
}

/// Sends its number as soon as it is connected, and keeps what it receives.
fn speak_and_listen(client: &mut WebSocketClient, number: usize, heard: &mut Option<Vec<u8>>) {
    let now = Instant::now();
    let mut bytes = Vec::new();
    while let Some(event) = client.poll_event(now, &mut bytes) {
        let is_in = match event {
            ClientLinkEvent::Connected => true,
            ClientLinkEvent::Packet { .. } => {
                *heard = Some(bytes.clone());
                false
            }
            event => panic!("{event:?}"),
        };
        if is_in {
            client.send(now, Delivery::Unreliable, &(number as u16).to_le_bytes());
        }
    }
}

fn client(listener: &Listener) -> WebSocketClient {
    let address = format!("ws://{}/main", listener.at).parse().unwrap();
    consonance_link::voice_websocket::client(ClientEnd::new(&address), StreamClientSettings::new(listener.at))
        .unwrap()
}
