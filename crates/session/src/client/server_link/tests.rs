//! The link to the server alone: repeated handshakes, lost places, and pauses.

use super::IN_TESTS as ME;
use super::*;

const LINK: LinkId = ME.link;

fn linked() -> (ServerLink, ClientSettings, Output) {
    let (mut server, mut out) = (ServerLink::default(), Output::new(8));
    let settings = ClientSettings::new("Alice");
    server.open(&mut out);
    server.begin_handshake(Instant::START, LINK, &settings, &mut out);
    (server, settings, out)
}

fn answer(resumed: bool) -> HandshakeExtension<'static> {
    let secret = Some(consonance_wire::SharedSecret([5; 16]));
    HandshakeExtension { secret, resumed, ..HandshakeExtension::default() }
}

#[test]
fn a_handshake_is_repeated_until_it_is_time_to_give_the_link_up() {
    let (server, settings, mut out) = linked();
    let give_up = Instant::START + settings.limits.handshake;
    assert_eq!(server.repeat_handshake(Instant::START + HANDSHAKE_RETRY, &settings, &mut out), None);
    assert_eq!(server.repeat_handshake(give_up, &settings, &mut out), Some(LINK));
    let sent = core::iter::from_fn(|| out.outbox.pop().map(|_| ())).count();
    assert_eq!(sent, 2, "the first one, and one repetition");
}

#[test]
fn only_the_lost_place_in_the_same_session_is_given_back() {
    for (session, resumed) in [(ME.session, true), (SessionId(8), false)] {
        let (mut server, settings, mut out) = linked();
        assert!(!server.join(Instant::START, ME, answer(true), &settings, &mut out), "there was none");
        assert!(server.hope_for_place(Instant::START, &mut out));
        let again = Joined { session, ..ME };
        assert_eq!(server.join(Instant::START, again, answer(true), &settings, &mut out), resumed);
    }
}

#[test]
fn the_pause_that_a_restarting_server_asks_for_is_kept_once() {
    let (mut server, settings, mut out) = linked();
    server.join(Instant::START, ME, answer(false), &settings, &mut out);
    server.handle_closing(&Closing::Restarts { come_back_in_ms: 60_000 }, &mut out);
    for retry_in in [LONGEST_PAUSE, Duration::from_millis(500)] {
        let cause = Disconnection::LinkLost;
        server.end(Instant::START, cause, &mut DirectLinks::default(), &mut out);
        let ended = ClientEvent::Disconnected { cause, retry_in: Some(retry_in) };
        assert_eq!(out.events.pop(), Some(ended));
    }
}
