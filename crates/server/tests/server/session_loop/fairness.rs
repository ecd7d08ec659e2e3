//! No client can take the loop's time from the others.

use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery};

use crate::session_loop::fixture::Fixture;

#[test]
fn a_flood_over_one_listener_does_not_delay_the_players_of_another() {
    // Less than a link's burst limit, and more than the loop handles in one turn.
    const FLOOD: u64 = 900;
    // A packet that only servers send, which is counted and ignored.
    const REMOVE_CLIENT: [u8; 9] = [0x8b, 0xc7, 10, 0, 0, 0, 0, 0, 0];
    let mut fixture = Fixture::new(&["main"], 2);
    let now = fixture.now;
    let mut alice = fixture.player("Alice", 1, "main").talk("lobby");
    let mut bob = fixture.player("Bob", 1, "main").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    let mut flooder = fixture.networks[0].client("main");
    flooder.connect(now);
    fixture.settle(&mut []);
    assert_eq!(flooder.poll_event(now, &mut Vec::new()), Some(ClientLinkEvent::Connected));
    let before = fixture.statistics("main").1;

    for _ in 0..FLOOD {
        flooder.send(now, Delivery::Reliable, &REMOVE_CLIENT);
    }
    alice.client.send_voice(b"frame").unwrap();
    alice.run_once(now);
    assert_eq!(fixture.run_once(), Some(now), "the loop wants to be called again at once");
    bob.run_once(now);
    assert!(bob.seen.iter().any(|line| line.contains("says")), "one turn is enough for the others");
    let ignored = |fixture: &Fixture| fixture.statistics("main").1.ignored - before.ignored;
    assert!(ignored(&fixture) < FLOOD, "the flood has its share of a turn only");

    fixture.settle(&mut []);
    assert_eq!(ignored(&fixture), FLOOD, "what was kept waiting is not lost");
}
