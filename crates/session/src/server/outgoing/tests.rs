//! Who is told what, without a server.

use consonance_wire::names::NameKey;
use consonance_wire::{CodecId, CodecParameters};

use super::*;
use crate::limits::Limits;
use crate::server::settings::ServerSettings;
use crate::server::visibility::Outage;
use crate::time::Instant;

const NOW: Instant = Instant::START;
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
const ANN: ClientId = ClientId(0);
const BOB: ClientId = ClientId(1);
const CID: ClientId = ClientId(2);

/// Ann, Bob and Cid on links 10, 11 and 12; only Ann reads notices.
fn session() -> Presence {
    let mut presence = Presence::new(&Limits::default(), &[1; 32]);
    for (name, link) in [("Ann", 10), ("Bob", 11), ("Cid", 12)].map(|(name, link)| (name, LinkId(link))) {
        let id = presence.members_mut().take_id().unwrap();
        presence.members_mut().insert(id, name.into(), NameKey::of(name), CODEC, link);
        presence.links_mut().insert(NOW, link, NOW, None);
        presence.connections_mut().reach_over(id, link);
    }
    presence.links_mut().set_capabilities(LinkId(10), Capabilities::MODERATION);
    presence
}

/// The links that are sent something by `tell`, in order, and the number of notices.
fn told(mut presence: Presence, tell: impl FnOnce(&mut Outgoing<'_>)) -> (Vec<u64>, u64) {
    let (rules, mut observations) = (Rules::new(ServerSettings::from_seed(7)), Observations::new(9));
    tell(&mut Outgoing::new(&rules, &mut presence, &mut observations));
    let mut links = Vec::new();
    while let Some(transmit) = presence.outbound_mut().pop() {
        links.extend(transmit.to.iter().map(|link| link.0));
    }
    (links, observations.statistics().notices_sent)
}

#[test]
fn a_change_reaches_its_audience_and_nobody_else() {
    let told_to = |audience: fn(Outage) -> Audience| {
        let mut presence = session();
        let outage = presence.members_mut().visibility_mut().begin_outage(&[CID]);
        told(presence, |outgoing| outgoing.pass_on(audience(outage), b"news")).0
    };
    assert_eq!(told_to(|_| Audience::All), [10, 11, 12]);
    assert_eq!(told_to(|_| Audience::AllBut(BOB)), [10, 12]);
    assert_eq!(told_to(|_| Audience::Only(LinkId(11))), [11]);
    assert_eq!(told_to(Audience::Outside), [10, 11]);
    assert_eq!(told_to(Audience::Inside), [12]);
}

#[test]
fn a_notice_goes_to_clients_that_read_notices_and_counts_there() {
    let notice = Notice::Kicked { reason: WireStr::from("spam") };
    assert_eq!(told(session(), |outgoing| assert!(outgoing.notify(ANN, &notice))), ([10].into(), 1));
    assert_eq!(told(session(), |outgoing| assert!(!outgoing.notify(BOB, &notice))), ([].into(), 0));
}

#[test]
fn a_newcomer_is_told_of_itself_and_of_clients_that_are_reached() {
    let mut presence = session();
    presence.members_mut().visibility_mut().begin_outage(&[ANN, BOB]);
    let (links, _) = told(presence, |outgoing| outgoing.tell_roster(LinkId(11), BOB));
    assert_eq!(links, [11, 11], "of Bob and Cid");
}

#[test]
fn a_link_without_a_client_is_asked_to_join_and_one_with_a_client_is_not() {
    let mut presence = session();
    presence.links_mut().attach(LinkId(10), ANN);
    let (links, _) = told(presence, |outgoing| {
        for link in [10, 11].map(LinkId) {
            outgoing.ask_to_join(link, Delivery::Reliable);
        }
    });
    assert_eq!(links, [11]);
}

#[test]
fn the_operator_hears_of_a_full_room_once_and_the_client_each_time() {
    let full = |is_first| Report::Full { room: "lobby".into(), to: RoomUse::Listen, is_first };
    let (links, notices) = told(session(), |outgoing| {
        let (name, room) = ("Ann".into(), "lobby".into());
        let event = ServerEvent::RoomFull { id: ANN, name, room, to: RoomUse::Listen };
        assert_eq!(outgoing.report(ANN, Some(full(true))), Some(event));
        assert_eq!(outgoing.report(ANN, Some(full(false))), None);
    });
    assert_eq!((links, notices), ([10, 10].into(), 2));
}
