//! A proxy has one descriptor, which wakes for datagrams from either side.

use consonance_game_networks::kcp::{Generation, RELIABLE_CHANNEL};
use consonance_link::{ClientNetwork as _, ServerNetwork as _};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::kcp::proxy::fixture::Fixture;

/// Whether the descriptor wakes a sleeper within this many seconds.
fn wakes(fixture: &Fixture, seconds: i64) -> bool {
    let descriptor = fixture.proxy.descriptor().expect("there is one on Linux");
    let mut descriptors = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
    let at_most = Timespec { tv_sec: seconds, tv_nsec: 0 };
    poll(&mut descriptors, Some(&at_most)).expect("it can be waited for") == 1
}

#[test]
fn the_descriptor_wakes_for_clients_and_for_each_upstream_until_they_are_read() {
    let mut fixture = Fixture::new(0.0);
    for _ in 0..3 {
        fixture.add_client(Generation::G4);
    }
    fixture.run_until("all are in", |fixture| fixture.saw.iter().all(|saw| saw.is_connected));
    assert!(fixture.proxy.wakes());
    while fixture.proxy.poll_event(fixture.now, &mut Vec::new()).is_some() {}
    assert!(!wakes(&fixture, 0), "all was read");

    fixture.client_sends(0, RELIABLE_CHANNEL, b"up");
    fixture.clients[0].flush(fixture.now);
    assert!(wakes(&fixture, 30), "a client speaks");
    while fixture.proxy.poll_event(fixture.now, &mut Vec::new()).is_some() {}
    assert!(!wakes(&fixture, 0), "all was read");

    for peer in fixture.game_saw.iter().map(|(peer, _)| *peer).collect::<Vec<_>>() {
        fixture.game_sends(peer, RELIABLE_CHANNEL, b"down");
        fixture.game.flush(fixture.now);
        assert!(wakes(&fixture, 30), "the game speaks");
        while fixture.proxy.poll_event(fixture.now, &mut Vec::new()).is_some() {}
        assert!(!wakes(&fixture, 0), "all was read");
    }
}
