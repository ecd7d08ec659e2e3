//! A proxy has one descriptor, which wakes for datagrams from either side.

use consonance_game_networks::kcp::{Generation, RELIABLE_CHANNEL};
use consonance_link::{ClientNetwork as _, ServerNetwork as _};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::kcp::proxy::stage::Stage;

/// Whether the descriptor wakes a sleeper within this many seconds.
fn wakes(stage: &Stage, seconds: i64) -> bool {
    let descriptor = stage.proxy.descriptor().expect("there is one on Linux");
    let mut descriptors = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
    let at_most = Timespec { tv_sec: seconds, tv_nsec: 0 };
    poll(&mut descriptors, Some(&at_most)).expect("it can be waited for") == 1
}

#[test]
fn the_descriptor_wakes_for_clients_and_for_each_upstream_until_they_are_read() {
    let mut stage = Stage::new(0.0);
    for _ in 0..3 {
        stage.add_client(Generation::G4);
    }
    stage.run_until("all are in", |stage| stage.saw.iter().all(|saw| saw.is_connected));
    assert!(stage.proxy.wakes());
    while stage.proxy.poll_event(stage.now, &mut Vec::new()).is_some() {}
    assert!(!wakes(&stage, 0), "all was read");

    stage.client_sends(0, RELIABLE_CHANNEL, b"up");
    stage.clients[0].flush(stage.now);
    assert!(wakes(&stage, 30), "a client speaks");
    while stage.proxy.poll_event(stage.now, &mut Vec::new()).is_some() {}
    assert!(!wakes(&stage, 0), "all was read");

    for peer in stage.game_saw.iter().map(|(peer, _)| *peer).collect::<Vec<_>>() {
        stage.game_sends(peer, RELIABLE_CHANNEL, b"down");
        stage.game.flush(stage.now);
        assert!(wakes(&stage, 30), "the game speaks");
        while stage.proxy.poll_event(stage.now, &mut Vec::new()).is_some() {}
        assert!(!wakes(&stage, 0), "all was read");
    }
}
