//! Messages of the members of an encrypted session's group, which come in parts.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_session::{Delivery, LinkId};
use consonance_wire::limits::{GROUP_MESSAGE_BYTES_MAX, GROUP_MESSAGE_UNASKED_BYTES_MAX};
use consonance_wire::{DeliveryMessage, GroupPart, MemberMessage, Named, Packet, Writer};

use crate::fixture::{Fixture, NUMBER, PLAYERS, SESSION, link_of, measured};
use crate::{Cost, alone};

/// Bytes of a part: as many as fit into a packet.
const PART_BYTES: usize = 1024 - GroupPart::OVERHEAD_BYTES;
/// Bytes of a commit when the group is made: so many that the log of the last ones is full.
const COMMIT_BYTES: usize = 60_000;
/// As many as one commit adds.
const NEWCOMERS: u16 = 64;
/// Bytes of a message around its one list of bytes, at most.
const HEAD_BYTES: usize = 32;

/// The packets of a message.
fn packets_of(message: &MemberMessage<'_>) -> Vec<Vec<u8>> {
    let bytes = message.to_bytes();
    let packet = |part: GroupPart<'_>| {
        let mut packet = [0; 1024];
        let mut writer = Writer::new(&mut packet);
        part.write(SESSION, &mut writer).expect("it fits");
        writer.written().to_vec()
    };
    GroupPart::of(&bytes, PART_BYTES).map(packet).collect()
}

/// A commit that was asked for.
struct Request {
    asked: LinkId,
    number: u32,
    adds: Vec<String>,
}

/// The messages of the delivery service to each link, as far as their parts have come.
#[derive(Default)]
struct Inboxes {
    begun: BTreeMap<LinkId, Vec<u8>>,
    request: Option<Request>,
}

impl Inboxes {
    fn take(&mut self, link: LinkId, packet: &[u8]) {
        let Ok((Packet::ErrorWrongSession(_), trailing)) = Packet::parse_with_trailing(packet) else {
            return;
        };
        let Some(part) = GroupPart::find(trailing) else { return };
        let begun = self.begun.entry(link).or_default();
        if part.is_first {
            begun.clear();
        }
        begun.extend(part.bytes);
        if part.is_last
            && let Ok(Some(DeliveryMessage::Request { number, adds, .. })) = DeliveryMessage::parse(begun)
        {
            let adds = adds.iter().map(|add| add.name.to_str().into_owned()).collect();
            self.request = Some(Request { asked: link, number, adds });
        }
    }
}

/// Hands packets to the server, and takes what it sends.
fn send(fixture: &mut Fixture, inboxes: &mut Inboxes, link: LinkId, packets: &[Vec<u8>]) {
    for packet in packets {
        let now = fixture.now;
        assert!(fixture.server.handle_packet(now, link, Delivery::Reliable, packet).is_none());
        take(fixture, inboxes);
    }
}

fn take(fixture: &mut Fixture, inboxes: &mut Inboxes) {
    while let Some(transmit) = fixture.server.poll_transmit() {
        // What goes to many is no request.
        if let [link] = transmit.to {
            inboxes.take(*link, transmit.payload);
        }
    }
    while fixture.server.poll_event().is_some() {}
}

/// Lets time pass until a commit is asked for.
fn next_request(fixture: &mut Fixture, inboxes: &mut Inboxes) -> Request {
    for _ in 0..100 {
        if let Some(request) = inboxes.request.take() {
            return request;
        }
        fixture.now = fixture.now + Duration::from_millis(10);
        fixture.server.handle_timeout(fixture.now);
        take(fixture, inboxes);
    }
    panic!("nobody is asked");
}

fn answer(request: &Request, commit: &[u8], tree: &[u8]) -> Vec<Vec<u8>> {
    let welcomes = request.adds.iter().map(|name| Named { name: (&**name).into(), message: &[1] }).collect();
    packets_of(&MemberMessage::Commit { number: request.number, commit, tree, welcomes, info: &[] })
}

/// A session all of whose players are in the group.
fn gathered() -> (Fixture, Inboxes) {
    let (mut fixture, mut inboxes) = (Fixture::of_ours(), Inboxes::default());
    let key_package = packets_of(&MemberMessage::KeyPackage { key_package: &[7; 8], shows_group: false });
    for number in 0..PLAYERS {
        send(&mut fixture, &mut inboxes, link_of(number), &key_package);
    }
    while fixture.server.tables().group_members() < usize::from(PLAYERS) {
        let request = next_request(&mut fixture, &mut inboxes);
        let commit = answer(&request, &vec![7; COMMIT_BYTES], &[]);
        send(&mut fixture, &mut inboxes, request.asked, &commit);
        // Its budget for other messages.
        fixture.now = fixture.now + Duration::from_millis(20);
    }
    (fixture, inboxes)
}

/// The worst messages of a kind that a member may send unasked, of which any message is shown; none for those that it
/// is asked for.
fn worst_unasked<'a>(kind: &MemberMessage<'_>, long: &'a [u8], group: u32) -> Vec<MemberMessage<'a>> {
    match kind {
        MemberMessage::KeyPackage { .. } => vec![
            MemberMessage::KeyPackage { key_package: long, shows_group: true },
            MemberMessage::KeyPackage { key_package: long, shows_group: false },
        ],
        MemberMessage::Commit { .. } => {
            vec![MemberMessage::Commit { number: 1, commit: long, tree: &[], welcomes: vec![], info: &[] }]
        }
        MemberMessage::Declined { .. } => vec![MemberMessage::Declined { number: 1 }],
        MemberMessage::Position { .. } => {
            // Of a member that has missed all that is known, and of one that has to join again.
            let position = |group, epoch| MemberMessage::Position { group, epoch };
            (0..8).map(|epoch| position(group, epoch)).chain([position(group.wrapping_add(9), 0)]).collect()
        }
        MemberMessage::Statement { .. } => vec![MemberMessage::Statement { statement: long }],
        MemberMessage::ReportOffer { .. } => {
            vec![MemberMessage::ReportOffer { bytes: 1000 }, MemberMessage::ReportOffer { bytes: u32::MAX }]
        }
        MemberMessage::Report { .. } => vec![MemberMessage::Report { report: long }],
        MemberMessage::Complaint { .. } => {
            (0..8).map(|epoch| MemberMessage::Complaint { group, epoch, signature: long }).collect()
        }
    }
}

/// Bytes of one message of each kind that there is: their numbers have no gap.
fn samples() -> Vec<[u8; 64]> {
    let sample = |kind| {
        let mut bytes = [0; 64];
        bytes[0] = kind;
        bytes
    };
    let is_known = |bytes: &[u8; 64]| MemberMessage::parse(bytes).expect("zeros are empty lists").is_some();
    (1..=u8::MAX).map(sample).take_while(is_known).collect()
}

#[test]
fn no_message_of_a_member_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let (mut fixture, _) = gathered();
        let long = vec![7; GROUP_MESSAGE_UNASKED_BYTES_MAX - HEAD_BYTES];
        let samples = samples();
        assert!(samples.len() >= 8, "{} kinds", samples.len());
        let kinds: Vec<_> = samples.iter().filter_map(|bytes| MemberMessage::parse(bytes).unwrap()).collect();
        // Backwards, as a key package and a wrong position, which change the group, have the lowest numbers.
        for group in 0..2 {
            for message in kinds.iter().rev().flat_map(|kind| worst_unasked(kind, &long, group)) {
                let packets = packets_of(&message);
                assert!(packets.len() <= 5, "{} packets", packets.len());
                let mut cost = Cost::default();
                for packet in &packets {
                    let part = fixture.cost(link_of(NUMBER), Delivery::Reliable, packet);
                    cost = Cost { bytes: cost.bytes + part.bytes, steps: cost.steps + part.steps };
                }
                let what: String = format!("{message:?}").chars().take(60).collect();
                cost.assert_is_bounded(&what);
                measured(|| fixture.wait(Duration::from_millis(20)))
                    .assert_is_bounded(&format!("after {what}"));
                fixture.wait(Duration::from_secs(20));
            }
        }
    });
}

#[test]
fn no_part_of_a_commit_or_report_that_was_asked_for_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let (mut fixture, mut inboxes) = gathered();
        // A member has lost its keys, and another one is asked to add it again.
        let key_package = packets_of(&MemberMessage::KeyPackage { key_package: &[7; 8], shows_group: false });
        send(&mut fixture, &mut inboxes, link_of(NUMBER), &key_package);
        let request = next_request(&mut fixture, &mut inboxes);
        let commit = vec![7; GROUP_MESSAGE_BYTES_MAX - 200];
        assert_parts_are_bounded(&mut fixture, request.asked, &answer(&request, &commit, &[]), "commit");
        assert_eq!(fixture.server.tables().group_members(), usize::from(PLAYERS), "it was accepted");
        fixture.wait(Duration::from_secs(20));
        let offer = packets_of(&MemberMessage::ReportOffer { bytes: 1_000_000 });
        send(&mut fixture, &mut inboxes, link_of(NUMBER), &offer);
        let report = packets_of(&MemberMessage::Report { report: &vec![7; 1_000_000] });
        assert_parts_are_bounded(&mut fixture, link_of(NUMBER), &report, "report");
    });
}

#[test]
fn one_copy_of_the_tree_waits_for_however_many_newcomers() {
    alone(|| {
        let (mut fixture, mut inboxes) = gathered();
        let key_package = packets_of(&MemberMessage::KeyPackage { key_package: &[7; 8], shows_group: false });
        for number in 0..NEWCOMERS {
            send(&mut fixture, &mut inboxes, link_of(number), &key_package);
        }
        let request = next_request(&mut fixture, &mut inboxes);
        assert_eq!(request.adds.len(), usize::from(NEWCOMERS));
        let tree = vec![7; GROUP_MESSAGE_BYTES_MAX - 100_000];
        let commit = answer(&request, &[7; 8], &tree);
        let whole = assert_parts_are_bounded(&mut fixture, request.asked, &commit, "commit with a tree");
        assert_eq!(fixture.server.tables().group_members(), usize::from(PLAYERS), "it was accepted");
        assert!(whole.bytes < 10 * tree.len(), "{whole:?}");
    });
}

/// What a message of a thousand parts leads to when the last one has come is paid for by them all: a member may send
/// it only when it was asked for, at the rate for commits.
#[track_caller]
fn assert_parts_are_bounded(fixture: &mut Fixture, link: LinkId, packets: &[Vec<u8>], what: &str) -> Cost {
    let mut cost = Cost::default();
    for packet in packets {
        let part = fixture.cost(link, Delivery::Reliable, packet);
        cost = Cost { bytes: cost.bytes + part.bytes, steps: cost.steps + part.steps };
    }
    let parts = packets.len();
    Cost { bytes: cost.bytes / parts, steps: cost.steps / parts }.assert_is_bounded(what);
    cost
}
