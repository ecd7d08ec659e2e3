//! Somebody who speaks to a room of ours where others listen.

use consonance_session::{ChannelProperties, Target};

use super::network::{Network, Who};

/// Alice (id 0), who speaks to the lobby, and so many clients of ours who listen there, with ids from 1.
pub(crate) fn speaker_and_listeners(listeners: usize) -> (Network, Who, Vec<Who>) {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    let listeners = (0..listeners).map(|number| network.join(&format!("player {number}"), &["lobby"]));
    let listeners = listeners.collect();
    talk_to_lobby(&mut network, alice);
    (network, alice, listeners)
}

/// Opens a channel to the lobby.
pub(crate) fn talk_to_lobby(network: &mut Network, who: Who) {
    let lobby = Target::Room("lobby".into());
    network.client(who).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
}
