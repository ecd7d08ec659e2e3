//! Rooms joined → the rooms that a `ClientState` lists. The original's order is its locale's, so they are compared as
//! sets.

use std::collections::BTreeSet;

use consonance_session::{ClientId, ClientSettings, Instant, SessionId};
use consonance_wire::{HandshakeResponse, List, Packet, WireStr};
use serde_json::Value;

use super::driver;

pub(crate) fn run(entry: &Value) {
    let (session, id) = (SessionId(0x1234_5678), ClientId(0));
    let mut client = driver::joined(ClientSettings::new("the client"), session, id, &[]);
    for (room, accepted) in driver::strings(entry, "added").into_iter().zip(driver::list(entry, "accepted")) {
        let before = client.rooms().len();
        client.join_room(room).unwrap();
        assert_eq!(client.rooms().len() > before, accepted.as_bool().unwrap(), "{room:?}");
    }
    let local: BTreeSet<_> = client.rooms().collect();
    assert_eq!(local, driver::strings(entry, "order_of_local_rooms").into_iter().collect());

    while client.poll_transmit().is_some() {}
    let response = HandshakeResponse {
        session,
        id,
        clients: List::default(),
        room_names: List::default(),
        room_members: List::default(),
    };
    driver::receive(&mut client, Instant::START, &response.into());
    let state = client.poll_transmit().expect("the own state");
    let Ok(Packet::ClientState(state)) = Packet::parse(state.payload) else { panic!("no ClientState") };
    assert_eq!(state.rooms.len(), names(entry).len());
    let listed: BTreeSet<_> = state.rooms.iter().flatten().map(WireStr::to_str).collect();
    assert_eq!(listed.iter().map(AsRef::as_ref).collect::<BTreeSet<&str>>(), names(entry));
}

fn names(entry: &Value) -> BTreeSet<&str> {
    driver::strings(entry, "order").into_iter().collect()
}
