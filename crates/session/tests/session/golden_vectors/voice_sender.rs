//! Channel operations and frames → destinations and packets, with the original's recycling of channel records.

use std::collections::BTreeMap;

use consonance_session::{
    ChannelProperties, Client, ClientId, ClientSettings, Delivery, Priority, SessionId, Target,
};
use consonance_wire::{Packet, RemoveClient};
use serde_json::Value;

use super::driver;

pub(crate) fn run(script: &Value) {
    let entries = driver::list(script, "entries");
    let init = &entries[0];
    assert_eq!(driver::text(init, "op"), "init");
    let session = driver::session(init);
    let mut settings = ClientSettings::new("the sender");
    settings.as_original = true;
    let client = driver::joined(settings, session, driver::id(init, "local_id"), &[]);
    let mut sender = Sender { client, session, players: BTreeMap::new(), channels: BTreeMap::new() };
    for (index, entry) in entries.iter().enumerate().skip(1) {
        driver::naming_failures(&format!("op {index}: {entry}"), || sender.step(entry));
    }
}

struct Sender {
    client: Client,
    session: SessionId,
    players: BTreeMap<String, ClientId>,
    channels: BTreeMap<u64, consonance_session::ChannelId>,
}

impl Sender {
    fn step(&mut self, entry: &Value) {
        match driver::text(entry, "op") {
            "player_joined" => {
                let (id, name) = (driver::id(entry, "id"), driver::text(entry, "name"));
                self.players.insert(name.to_owned(), id);
                driver::player_joins(
                    &mut self.client,
                    self.session,
                    id,
                    name,
                    &driver::strings(entry, "rooms"),
                );
            }
            "player_left" => {
                let id = self.players.remove(driver::text(entry, "name")).expect("a present player");
                let remove = RemoveClient { session: self.session, id };
                driver::receive(&mut self.client, consonance_session::Instant::START, &remove.into());
            }
            "open_room" => self.open(entry, Target::Room(driver::text(entry, "target").into())),
            "open_player" => self.open(entry, Target::Player(driver::text(entry, "target").into())),
            "set" => {
                let channel = self.channels[&driver::number(entry, "handle")];
                assert!(self.client.voice_mut().set_channel(channel, properties(entry, "amplitude")));
            }
            "close" => {
                let channel = self.channels[&driver::number(entry, "handle")];
                assert!(self.client.voice_mut().close_channel(channel));
            }
            "set_default_priority" => {
                self.client.voice_mut().set_priority(priority(entry).expect("the default is a priority"));
            }
            "send" => self.send(entry),
            other => panic!("unknown op {other:?}"),
        }
        driver::events(&mut self.client, |_| None::<()>);
    }

    fn open(&mut self, entry: &Value, target: Target) {
        let channel = self.client.open_channel(target, properties(entry, "amplitude")).unwrap();
        self.channels.insert(driver::number(entry, "handle"), channel);
    }

    fn send(&mut self, entry: &Value) {
        self.client.send_voice(&driver::bytes(driver::text(entry, "payload"))).unwrap();
        let expected: Vec<_> = driver::list(entry, "sent").iter().map(sent).collect();
        assert_eq!(self.relayed(), expected);
    }

    fn relayed(&mut self) -> Vec<(Vec<u64>, String)> {
        let mut relayed = Vec::new();
        while let Some(transmit) = self.client.poll_transmit() {
            assert_eq!((transmit.to, transmit.delivery), (&[driver::SERVER][..], Delivery::Unreliable));
            let Ok(Packet::ServerRelayUnreliable(relay)) = Packet::parse(transmit.payload) else {
                panic!("not a relay: {}", driver::hex(transmit.payload));
            };
            let destinations = relay.destinations.iter().map(|id| id.0.into()).collect();
            relayed.push((destinations, driver::hex(relay.packet)));
        }
        relayed
    }
}

fn sent(sent: &Value) -> (Vec<u64>, String) {
    let destinations = driver::list(sent, "dests").iter().map(|id| id.as_u64().unwrap()).collect();
    (destinations, driver::text(sent, "hex").to_owned())
}

/// The properties in an entry; the amplitude's key depends on the entry.
pub(crate) fn properties(entry: &Value, amplitude: &str) -> ChannelProperties {
    ChannelProperties {
        positional: entry["positional"].as_bool().unwrap(),
        priority: priority(entry),
        amplitude: entry[amplitude].as_f64().unwrap() as f32,
    }
}

fn priority(entry: &Value) -> Option<Priority> {
    match driver::text(entry, "priority") {
        "None" => None,
        "Low" => Some(Priority::Low),
        "Default" => Some(Priority::Default),
        "Medium" => Some(Priority::Medium),
        "High" => Some(Priority::High),
        other => panic!("unknown priority {other:?}"),
    }
}
