//! A speaker in a room of ours with listeners.

use consonance_session::{ChannelProperties, Target};

use super::network::{Network, Player};

/// Alice (id 0), speaking in the lobby, and this number of our clients that listen, with ids from 1.
pub(crate) fn speaker_and_listeners(listeners: usize) -> (Network, Player, Vec<Player>) {
    let mut network = Network::of_ours();
    let alice = network.join("Alice", &[]);
    let listeners = (0..listeners).map(|number| network.join(&format!("player {number}"), &["lobby"]));
    let listeners = listeners.collect();
    talk_to_lobby(&mut network, alice);
    (network, alice, listeners)
}

/// Opens a channel to the lobby.
pub(crate) fn talk_to_lobby(network: &mut Network, player: Player) {
    let lobby = Target::Room("lobby".into());
    network.client(player).open_channel(lobby, ChannelProperties::default()).expect("a channel more");
}
