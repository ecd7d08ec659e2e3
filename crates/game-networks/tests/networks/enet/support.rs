//! Helpers for the tests.

use std::time::Duration;

use consonance_game_networks::enet::{
    ConnectionSettings, EnetClient, EnetClientSettings, EnetServer, EnetServerSettings, RELIABLE_CHANNEL,
    UNRELIABLE_CHANNEL,
};
use consonance_link::gateway::MessageChannel;
use consonance_link::gateway::udp::ClientEndpoint as _;
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{ClientNetwork as _, Peer};

pub(crate) type EnetRig = Rig<EnetServer, EnetClient>;

pub(crate) fn server_of(connection: &ConnectionSettings) -> EnetServer {
    EnetServer::new(
        EnetServerSettings { connection: connection.clone(), ..EnetServerSettings::default() },
        [1; 32],
    )
}

pub(crate) fn client_of(connection: &ConnectionSettings, seed: u32) -> EnetClient {
    let settings = EnetClientSettings { connection: connection.clone(), ..EnetClientSettings::default() };
    EnetClient::new(settings, seed)
}

pub(crate) fn server() -> EnetServer {
    server_of(&ConnectionSettings::default())
}

pub(crate) fn client() -> EnetClient {
    client_of(&ConnectionSettings::default(), 1)
}

pub(crate) fn rig(conditions: LinkConditions, seed: u64) -> EnetRig {
    Rig::new(server(), conditions, seed)
}

/// Connects a client, and waits until the server knows that it is connected.
pub(crate) fn connect(rig: &mut EnetRig, endpoint: EnetClient) -> (usize, Peer) {
    let connected = rig.connect_client(endpoint, &[]);
    rig.run_for(Duration::from_millis(100));
    connected
}

/// The messages of a channel among these events.
pub(crate) fn messages<'a>(saw: impl IntoIterator<Item = &'a Saw>, channel: MessageChannel) -> Vec<Vec<u8>> {
    let messages = saw.into_iter().filter_map(|saw| match saw {
        Saw::Message(on, message) if *on == channel => Some(message.clone()),
        _ => None,
    });
    messages.collect()
}

pub(crate) fn reliable<'a>(saw: impl IntoIterator<Item = &'a Saw>) -> Vec<Vec<u8>> {
    messages(saw, RELIABLE_CHANNEL)
}

pub(crate) fn unreliable<'a>(saw: impl IntoIterator<Item = &'a Saw>) -> Vec<Vec<u8>> {
    messages(saw, UNRELIABLE_CHANNEL)
}

/// The first datagram of one of our clients.
pub(crate) fn request() -> Vec<u8> {
    let mut client = client();
    let now = std::time::Instant::now();
    client.connect(now);
    let mut datagram = Vec::new();
    assert!(client.poll_transmit(now, &mut datagram), "a client asks at once");
    datagram
}
