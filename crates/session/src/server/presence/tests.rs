//! Coming, losing a link, coming back and leaving, without a server.

use consonance_wire::CodecId;

use super::*;

const NOW: Instant = Instant::START;
const UNTIL: Instant = Instant::from_millis(100);
const SESSION: SessionId = SessionId(7);
const CODEC: CodecParameters =
    CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
const ANN: ClientId = ClientId(0);
const OLD: LinkId = LinkId(10);
const NEW: LinkId = LinkId(11);

/// Ann, who has joined over the old link and can resume over both; and the ticket for her place.
fn session() -> (Presence, ResumeTicket) {
    let mut presence = Presence::new(&Limits::default(), &[1; 32]);
    for (link, origin) in [(OLD, PeerOrigin::AddressPrefix(3)), (NEW, PeerOrigin::AddressPrefix(4))] {
        presence.links_mut().insert(NOW, link, NOW, Some(origin));
        presence.links_mut().set_capabilities(link, Capabilities::RESUME);
    }
    presence.join(ANN, "Ann".into(), CODEC, OLD);
    presence.connections_mut().reach_over(ANN, OLD);
    let secret = presence.answer_extension(OLD, ANN, false).and_then(|extension| extension.secret);
    (presence, ResumeTicket { session: SESSION, id: ANN, secret: secret.unwrap() })
}

fn accepts(presence: &Presence, name: &str, ticket: &ResumeTicket) -> bool {
    presence.accepts((NEW, SESSION), (name, CODEC), ticket)
}

#[test]
fn a_client_that_loses_its_link_keeps_its_place_and_is_not_reached() {
    let (mut presence, _) = session();
    presence.members_mut().visibility_mut().announce(ANN);
    assert_eq!(presence.keep_place(OLD, UNTIL), Some(ANN));
    assert!(presence.members().contains(ANN));
    assert_eq!((presence.link_of(ANN), presence.links().client_of(OLD).ok()), (None, None));
    assert_eq!(presence.reservations().next_end(), Some(UNTIL));
    assert_eq!(presence.origin_of(ANN), Some(PeerOrigin::AddressPrefix(3)), "that of its last link");
    assert_eq!(presence.capabilities_of(ANN), Capabilities::RESUME);
}

#[test]
fn the_place_of_a_client_that_no_other_knows_of_is_not_kept() {
    let (mut presence, _) = session();
    assert_eq!(presence.keep_place(OLD, UNTIL), None);
    assert_eq!(presence.links().client_of(OLD).ok(), Some(ANN));
}

#[test]
fn the_place_of_a_client_that_cannot_resume_is_not_kept() {
    let (mut presence, _) = session();
    presence.members_mut().visibility_mut().announce(ANN);
    presence.links_mut().set_capabilities(OLD, Capabilities::MODERATION);
    assert_eq!(presence.keep_place(OLD, UNTIL), None);
}

#[test]
fn a_ticket_is_good_for_the_same_name_and_codec_over_a_link_without_a_client() {
    let (mut presence, ticket) = session();
    assert!(accepts(&presence, "Ann", &ticket));
    assert!(!accepts(&presence, "Bob", &ticket));
    let other = CodecParameters { sample_rate_hz: 24_000, ..CODEC };
    assert!(!presence.accepts((NEW, SESSION), ("Ann", other), &ticket));
    assert!(!presence.accepts((OLD, SESSION), ("Ann", CODEC), &ticket), "Ann is there");
    presence.links_mut().set_capabilities(NEW, Capabilities::NONE);
    assert!(!accepts(&presence, "Ann", &ticket));
}

#[test]
fn a_client_that_comes_back_has_its_new_link_and_no_end() {
    let (mut presence, _) = session();
    presence.members_mut().visibility_mut().announce(ANN);
    presence.keep_place(OLD, UNTIL);
    presence.give_back(ANN, NEW);
    presence.connections_mut().reach_over(ANN, NEW);
    assert_eq!(presence.reservations().next_end(), None);
    assert_eq!((presence.link_of(ANN), presence.links().client_of(NEW).ok()), (Some(NEW), Some(ANN)));
    assert_eq!(presence.origin_of(ANN), Some(PeerOrigin::AddressPrefix(4)));
}

#[test]
fn of_a_client_that_is_gone_nothing_is_left_but_the_traffic_of_its_link() {
    let (mut presence, ticket) = session();
    presence.outbound_mut().send_to_all(NOW, [ANN].into_iter(), b"news");
    assert_eq!(presence.remove(ANN).map(|member| member.data), Some(OLD));
    assert!(!presence.members().contains(ANN) && !accepts(&presence, "Ann", &ticket));
    assert_eq!((presence.link_of(ANN), presence.links().client_of(OLD).ok()), (None, None));
    assert_eq!(presence.links().get(OLD).map(|record| record.sent.bytes), Some(4));
    assert!(presence.remove(ANN).is_none());
}
