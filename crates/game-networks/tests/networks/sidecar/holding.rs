//! Links whose players send so much that the responses pile up.

use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{PlayerNumber, SidecarEvent, SidecarSettings};
use consonance_link::{Delivery, DisconnectReason, ServerLinkEvent, ServerNetwork as _};

use crate::sidecar::links::{Fixture, settings_for};

/// Responses of 1 KiB to each packet, as when a player returns to a full session.
const ANSWERS: usize = 20;
const SAYINGS: usize = 200;

/// A link whose player has sent many packets, to a server whose queue per link is far smaller than the responses.
fn loud_link() -> (Fixture, usize) {
    let mut settings = SidecarSettings::default();
    settings.control_bytes_max = 256 * 1024;
    let mut fixture = Fixture::new(settings);
    let link = fixture.up(settings_for("main"));
    let now = Instant::now();
    for _ in 0..SAYINGS {
        fixture.links[link].send(now, PlayerNumber(1), Delivery::Reliable, b"hello");
    }
    fixture.links[link].flush(now);
    (fixture, link)
}

/// Has the server read and answer everything. Returns how many packets it read, and why the link ended.
fn answer_all(fixture: &mut Fixture, now: Instant) -> (usize, Option<DisconnectReason>) {
    let mut taken = 0;
    while let Some(event) = fixture.server.poll_event(now, &mut Vec::new()) {
        match event {
            ServerLinkEvent::Packet { peer, .. } => {
                taken += 1;
                for _ in 0..ANSWERS {
                    fixture.server.send(now, &[peer], Delivery::Reliable, &[7; 1024]);
                }
            }
            ServerLinkEvent::Disconnected { reason, .. } => return (taken, Some(reason)),
            ServerLinkEvent::Connected { .. } => {}
        }
    }
    fixture.server.flush(now);
    (taken, None)
}

#[test]
fn an_adapter_that_sends_more_than_it_reads_has_to_wait_and_keeps_its_link() {
    let (mut fixture, link) = loud_link();
    let (mut taken, mut told, mut most_at_once) = (0, 0, 0);
    let deadline = Instant::now() + Duration::from_secs(30);
    while told < SAYINGS * ANSWERS {
        assert!(Instant::now() < deadline, "{taken} packets were taken, and {told} answers came");
        let now = Instant::now();
        let (heard, gone) = answer_all(&mut fixture, now);
        assert_eq!(gone, None);
        taken += heard;
        most_at_once = most_at_once.max(heard);
        while let Some(event) = fixture.links[link].poll(now) {
            match event {
                SidecarEvent::Packet { .. } => told += 1,
                SidecarEvent::Admitted { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        fixture.links[link].flush(now);
    }
    assert_eq!((taken, told), (SAYINGS, SAYINGS * ANSWERS));
    assert!(most_at_once < SAYINGS / 2, "it was not held back: {most_at_once} at once");
}

#[test]
fn an_adapter_that_reads_nothing_for_the_idle_timeout_is_too_slow() {
    let (mut fixture, _) = loud_link();
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut taken = 0;
    while taken == 0 {
        assert!(Instant::now() < deadline, "nothing comes");
        taken += answer_all(&mut fixture, Instant::now()).0;
    }
    let later = Instant::now() + Duration::from_secs(11);
    let (_, gone) = answer_all(&mut fixture, later);
    assert!(matches!(gone, Some(DisconnectReason::Overloaded { .. })), "{gone:?}");
    assert_eq!(fixture.server.statistics().connections.too_slow, 1);
}
