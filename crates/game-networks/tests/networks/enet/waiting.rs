//! Data that waits for earlier data is bounded, and the bound loses nothing reliable from an honest peer.

use std::time::Duration;

use consonance_game_networks::enet::{ConnectionSettings, EnetServerSettings, RELIABLE_CHANNEL};
use consonance_link::gateway::udp::rig::{LinkConditions, Rig, Saw};
use consonance_link::{ClientNetwork as _, Peer, ServerNetwork as _};
use proptest::prelude::*;

use crate::enet::commands::{datagram, datagrams, fragment, reliable, unreliable};
use crate::enet::support::{self, EnetRig, client, client_of, connect, rig, server_of};

/// A client whose datagrams are forged, and the server's number for it.
struct Hostile {
    rig: EnetRig,
    client: usize,
    peer: Peer,
}

impl Hostile {
    fn new() -> Self {
        Self::of(&EnetServerSettings::default().connection)
    }

    fn of(settings: &ConnectionSettings) -> Self {
        let mut rig = Rig::new(server_of(settings), LinkConditions::PERFECT, 1);
        let (client, peer) = connect(&mut rig, client());
        Self { rig, client, peer }
    }

    fn say(&mut self, datagrams: impl IntoIterator<Item = Vec<u8>>) {
        let from = self.rig.client(self.client).address;
        for datagram in datagrams {
            self.rig.inject(from, &datagram);
        }
    }

    /// Lets the server do what it has put off.
    fn rest(&mut self) {
        self.rig.run_for(Duration::from_millis(100));
    }

    /// The reliable messages that the server has reported.
    fn heard(&self) -> Vec<Vec<u8>> {
        support::reliable(self.rig.saw_of(self.peer))
    }

    fn malformed(&self) -> u64 {
        self.rig.server.statistics().links.dropped.malformed
    }
}

fn numbered(number: u16) -> Vec<u8> {
    reliable(number, &number.to_be_bytes())
}

fn messages(numbers: impl Iterator<Item = u16>) -> Vec<Vec<u8>> {
    numbers.map(|number| number.to_be_bytes().to_vec()).collect()
}

/// One of two fragments of 5 bytes of an unreliable message with this number after a reliable one.
fn unreliable_fragment(behind: u16, message: u16, number: u16) -> Vec<u8> {
    let mut command = fragment(message, (number, 2), 5, 10);
    command[0] = 0x0c;
    command[2..4].copy_from_slice(&behind.to_be_bytes());
    command
}

#[test]
fn no_more_reliable_messages_wait_for_one_that_is_missing_than_there_is_room_for_and_the_others_come_again() {
    // Each counts 64 bytes besides its command of 8 bytes.
    let room = (256 * 1024 / 72_u32) as u16;
    let mut hostile = Hostile::new();
    hostile.say(datagrams((2..=6000).map(numbered)));
    assert_eq!(hostile.heard().len(), 0);
    hostile.say([datagram(&[numbered(1)])]);
    hostile.rest();
    assert!(hostile.heard() == messages(1..=room + 1), "the missing one and those behind it");
    hostile.say(datagrams((2..=6000).map(numbered)));
    assert!(hostile.heard() == messages(1..=6000), "all of them");
    assert_eq!(hostile.malformed(), 0);
}

#[test]
fn no_more_than_4096_reliable_messages_wait_however_much_room_there_is() {
    let mut hostile = Hostile::of(&ConnectionSettings::default());
    hostile.say(datagrams((2..=6000).map(numbered)));
    hostile.say([datagram(&[numbered(1)])]);
    hostile.rest();
    assert!(hostile.heard() == messages(1..=4097), "{} messages", hostile.heard().len());
}

#[test]
fn no_more_unreliable_messages_wait_for_a_reliable_one_than_there_is_room_for_and_the_others_are_counted() {
    let room = 64 * 1024 / 72;
    let mut hostile = Hostile::new();
    hostile.say(datagrams((1..=10_000).map(|number| unreliable(1, number))));
    hostile.say([datagram(&[numbered(1)])]);
    assert_eq!(hostile.heard().len(), 1 + room);
    assert_eq!(hostile.rig.server.statistics().links.dropped.incoming_full, 10_000 - room as u64);
    hostile.say(datagrams((1..=100).map(|number| unreliable(2, number))));
    hostile.say([datagram(&[numbered(2)])]);
    assert_eq!(hostile.heard().len(), 1 + room + 1 + 100, "there is room again");
}

#[test]
fn fragments_that_took_all_the_room_stop_nothing_that_is_next() {
    let mut hostile = Hostile::new();
    let first_ones = (1..=300).map(|message| fragment(1000 + 50 * message, (0, 50), 1200, 60_000));
    hostile.say(first_ones.map(|fragment| datagram(&[fragment])));
    hostile.say(datagrams((1..=500).map(numbered)));
    hostile.say((0..50).map(|number| datagram(&[fragment(501, (number, 50), 1200, 60_000)])));
    hostile.say(datagrams((551..=600).map(numbered)));
    let heard = hostile.heard();
    assert_eq!(heard.len(), 500 + 1 + 50);
    assert_eq!(heard[500], vec![0x5a; 60_000]);
    assert_eq!(hostile.malformed(), 0);
}

#[test]
fn what_waits_is_reported_in_order_with_what_is_unreliable_in_its_place() {
    let mut hostile = Hostile::new();
    hostile.say([datagram(&[unreliable(4, 2), numbered(5), unreliable(4, 1), unreliable(1, 1)])]);
    hostile.say([datagram(&[fragment(3, (1, 2), 5, 10), numbered(2), numbered(5)])]);
    hostile.say([datagram(&[fragment(3, (0, 2), 5, 10), unreliable(0, 1)])]);
    hostile.say([datagram(&[numbered(1), numbered(6), unreliable(1, 2)])]);
    let [one, two, five, six] = [1_u16, 2, 5, 6].map(|number| number.to_be_bytes().to_vec());
    let (empty, whole) = (Vec::new(), vec![0x5a; 10]);
    let expected = [&empty, &one, &empty, &empty, &two, &whole, &empty, &empty, &five, &six];
    assert_eq!(hostile.heard().iter().collect::<Vec<_>>(), expected);
}

#[test]
fn what_shares_a_datagram_with_the_last_fragment_of_an_unreliable_message_comes_behind_that() {
    let whole = vec![0x5a; 10];
    for (next, message) in [(numbered(2), vec![0, 2]), (unreliable(1, 2), Vec::new())] {
        let mut hostile = Hostile::new();
        hostile.say([datagram(&[numbered(1)]), datagram(&[unreliable_fragment(1, 1, 0)])]);
        hostile.say([datagram(&[unreliable_fragment(1, 1, 1), next])]);
        assert_eq!(hostile.heard(), [vec![0, 1], whole.clone(), message]);
        assert_eq!(hostile.malformed(), 0);
    }
}

#[test]
fn an_unreliable_fragment_that_contradicts_those_before_it_takes_nothing_with_it() {
    let mut contradiction = unreliable_fragment(0, 1, 0);
    // It claims three fragments and 15 bytes in all.
    contradiction[11] = 3;
    contradiction[19] = 15;
    let mut hostile = Hostile::new();
    hostile.say([datagram(&[unreliable_fragment(0, 1, 0)])]);
    hostile.say([datagram(&[contradiction, numbered(1), unreliable(1, 1), numbered(2)])]);
    assert_eq!(hostile.heard(), [vec![0, 1], Vec::new(), vec![0, 2]]);
    hostile.say([datagram(&[numbered(3)])]);
    assert_eq!(hostile.heard().last(), Some(&vec![0, 3]), "the count goes on");
}

#[test]
fn however_many_unreliable_messages_remain_incomplete_the_others_are_heard() {
    let mut hostile = Hostile::new();
    let large = |number: u16| {
        let mut command = fragment(1 + number, (0, 14), 1200, 16 * 1024);
        command[..4].copy_from_slice(&[0x0c, 0, 0, 0]);
        datagram(&[command])
    };
    hostile.say((0..1000).map(large));
    hostile.say(datagrams((1..=100).map(numbered)));
    assert_eq!(hostile.heard(), messages(1..=100));
}

#[test]
fn a_datagram_of_more_commands_than_any_sender_puts_into_one_is_dropped() {
    let mut hostile = Hostile::new();
    let commands: Vec<_> = (1..=33).map(numbered).collect();
    hostile.say([datagram(&commands)]);
    assert_eq!((hostile.heard().len(), hostile.malformed()), (0, 1));
    hostile.say([datagram(&commands[..32])]);
    assert_eq!((hostile.heard().len(), hostile.malformed()), (32, 1));
}

#[test]
fn what_enet_would_not_read_is_not_taken_for_something_that_has_come() {
    let mut other_session = datagram(&[numbered(1)]);
    other_session[0] |= 0x10;
    let untimed = [vec![0, 0], numbered(1), numbered(2)].concat();
    let mut other_channel = numbered(1);
    other_channel[1] = 2;
    let mut other_number = fragment(1, (0, 2), 5, 10);
    other_number[3] = 2;
    let cases = [
        ("another session", other_session),
        ("something to be confirmed that was sent at no time", untimed),
        ("a channel that does not exist", datagram(&[other_channel])),
        ("a fragment with the number of another", datagram(&[other_number])),
        ("a second fragment without the first", datagram(&[fragment(0, (1, 2), 5, 10)])),
    ];
    for (what, impossible) in cases {
        let mut hostile = Hostile::new();
        hostile.say([impossible]);
        assert_eq!((hostile.heard().len(), hostile.malformed()), (0, 1), "{what}");
        hostile.say([datagram(&[numbered(2)]), datagram(&[numbered(1)])]);
        assert_eq!(hostile.heard(), messages(1..=2), "{what}");
    }
}

#[test]
fn what_does_not_follow_the_fragments_before_it_is_passed_over() {
    let begin = fragment(1, (0, 2), 5, 10);
    let wrong = [numbered(2), fragment(1, (1, 3), 5, 15), fragment(2, (0, 2), 5, 10)];
    for wrong in wrong {
        for commands in [[&begin, &wrong], [&wrong, &begin]] {
            let mut hostile = Hostile::new();
            hostile.say(commands.map(|command| datagram(std::slice::from_ref(command))));
            assert_eq!((hostile.heard().len(), hostile.malformed()), (0, 1));
            hostile.say([datagram(&[fragment(1, (1, 2), 5, 10), numbered(3)])]);
            assert_eq!(hostile.heard(), [vec![0x5a; 10], vec![0, 3]]);
        }
    }
}

#[test]
fn what_a_client_says_in_the_datagram_that_proves_its_address_is_heard() {
    let mut rig = rig(LinkConditions::PERFECT, 1);
    let client = rig.add_client(client(), &[]);
    rig.run_for(Duration::from_millis(19));
    // The answer arrives, and the first message leaves together with its acknowledgement.
    let now = rig.now() + Duration::from_millis(1);
    rig.set_conditions(LinkConditions { delay: Duration::from_millis(30), ..LinkConditions::PERFECT });
    rig.run_until("the client is connected", |rig| {
        let is_connected = rig.client_saw(client).contains(&Saw::Connected(Vec::new()));
        if is_connected {
            rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, b"first");
        }
        is_connected
    });
    rig.run_for(Duration::from_millis(32));
    let heard = support::messages(rig.server_saw.iter().map(|(_, saw)| saw), RELIABLE_CHANNEL);
    assert_eq!(heard, [b"first".to_vec()]);
}

#[test]
fn numbers_that_begin_again_lose_nothing() {
    let mut rig =
        rig(LinkConditions { loss: 0.02, jitter: Duration::from_millis(15), ..LinkConditions::PERFECT }, 5);
    let (client, peer) = connect(&mut rig, client());
    let mut sent = 0_u32;
    while sent < 2 * 65_536 + 1000 {
        for _ in 0..4000 {
            let now = rig.now();
            rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, &sent.to_be_bytes());
            sent += 1;
        }
        rig.run_until("all of it has come", |rig| rig.server_saw.len() as u32 > sent);
    }
    let expected: Vec<_> = (0..sent).map(|number| number.to_be_bytes().to_vec()).collect();
    assert!(support::reliable(rig.saw_of(peer)) == expected, "in order, and each once");
}

#[test]
fn where_nothing_may_wait_everything_that_comes_in_order_is_heard() {
    let settings = ConnectionSettings { waiting_bytes_max: 1, ..ConnectionSettings::default() };
    let mut rig = Rig::new(server_of(&settings), LinkConditions::PERFECT, 3);
    let (client, peer) = connect(&mut rig, client_of(&settings, 1));
    let now = rig.now();
    for _ in 0..3 {
        rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, &vec![7; 300_000]);
    }
    rig.run_until("they arrive", |rig| support::reliable(rig.saw_of(peer)).len() == 3);
}

/// No more than ENet itself tolerates: it gives up when the same command was lost six times.
fn conditions() -> impl Strategy<Value = LinkConditions> {
    let milliseconds = |most| (0..most).prop_map(Duration::from_millis);
    (0.0..0.02, 0.0..0.2, milliseconds(100_u64), milliseconds(100_u64))
        .prop_map(|(loss, duplication, delay, jitter)| LinkConditions { loss, duplication, delay, jitter })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn an_honest_side_loses_nothing_reliable_on_a_network_that_loses_and_overtakes(
        (conditions, seed) in (conditions(), any::<u64>()),
        lengths in prop::collection::vec(prop_oneof![0..300_usize, 0..4000_usize], 1..60),
    ) {
        let settings = EnetServerSettings::default().connection;
        let mut rig = Rig::new(server_of(&settings), conditions, seed);
        let (client, peer) = rig.connect_client(client_of(&settings, 1), &[]);
        let sent: Vec<_> = (0..).zip(&lengths).map(|(number, length)| vec![number; *length]).collect();
        let now = rig.now();
        for message in &sent {
            rig.client(client).endpoint.send(now, RELIABLE_CHANNEL, message);
            rig.server.send(now, &[peer], RELIABLE_CHANNEL, message);
        }
        rig.run_until("everything has come", |rig| {
            support::reliable(rig.saw_of(peer)).len() == sent.len()
                && support::reliable(rig.client_saw(client)).len() == sent.len()
        });
        prop_assert!(support::reliable(rig.saw_of(peer)) == sent, "to the server, in order");
        prop_assert!(support::reliable(rig.client_saw(client)) == sent, "to the client, in order");
    }
}
