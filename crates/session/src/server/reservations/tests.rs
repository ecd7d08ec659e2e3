//! Resume tickets, and how long places are kept, without a server.

use super::*;

const SESSION: SessionId = SessionId(7);
const ANN: ClientId = ClientId(3);
const END: Instant = Instant::from_millis(100);

fn ticket(id: ClientId, secret: SharedSecret) -> ResumeTicket {
    ResumeTicket { session: SESSION, id, secret }
}

#[test]
fn only_the_newest_ticket_of_this_session_is_accepted_until_its_client_is_gone() {
    let mut reservations = Reservations::new(&[1; 32]);
    let [old, new] = [(); 2].map(|()| reservations.draw_secret(ANN));
    reservations.confirm_secret(ANN);
    assert!(!reservations.accepts(SESSION, &ticket(ANN, old)));
    assert!(reservations.accepts(SESSION, &ticket(ANN, new)));
    assert!(!reservations.accepts(SessionId(8), &ticket(ANN, new)));
    assert!(!reservations.accepts(SESSION, &ticket(ClientId(4), new)));
    reservations.forget(ANN);
    assert!(!reservations.accepts(SESSION, &ticket(ANN, new)));
}

#[test]
fn until_a_client_has_a_new_ticket_the_one_that_it_had_is_accepted_and_none_between() {
    let mut reservations = Reservations::new(&[1; 32]);
    let [had, lost, new] = [(); 3].map(|()| reservations.draw_secret(ANN));
    let accepted = [had, lost, new].map(|secret| reservations.accepts(SESSION, &ticket(ANN, secret)));
    assert_eq!(accepted, [true, false, true]);
    reservations.forget(ANN);
    assert!(!reservations.accepts(SESSION, &ticket(ANN, had)));
}

#[test]
fn a_session_that_goes_on_draws_no_secret_a_second_time() {
    let mut before = Reservations::new(&[1; 32]);
    let drawn = before.draw_secret(ANN);
    let mut reservations = Reservations::new(&[1; 32]);
    reservations.draw_on_from(&before);
    assert_ne!(reservations.draw_secret(ANN), drawn);
    assert_eq!(Reservations::new(&[1; 32]).draw_secret(ANN), drawn, "of the same key");
}

#[test]
fn a_place_is_kept_until_its_end_or_until_its_client_is_back() {
    let mut reservations = Reservations::new(&[1; 32]);
    let origin = Some(PeerOrigin::AddressPrefix(5));
    reservations.keep(ANN, END, origin);
    assert_eq!((reservations.kept_until(ANN), reservations.origin_of(ANN)), (Some(END), origin));
    assert_eq!((reservations.ended(Instant::START), reservations.ended(END)), (None, Some(ANN)));
    reservations.release(ANN);
    assert_eq!((reservations.next_end(), reservations.ended(END)), (None, None));
    assert_eq!((reservations.kept_until(ANN), reservations.origin_of(ANN)), (None, None));
}

#[test]
fn a_place_that_is_kept_again_has_one_end() {
    let mut reservations = Reservations::new(&[1; 32]);
    reservations.keep(ANN, Instant::START, None);
    reservations.keep(ANN, END, None);
    assert_eq!((reservations.next_end(), reservations.ended(Instant::START)), (Some(END), None));
}

#[test]
fn what_a_lost_link_could_do_is_known_until_its_client_is_gone() {
    let mut reservations = Reservations::new(&[1; 32]);
    assert_eq!(reservations.capabilities_of(ANN), Capabilities::NONE);
    reservations.keep_capabilities(ANN, Capabilities::GROUPS);
    reservations.keep(ANN, END, None);
    reservations.release(ANN);
    assert_eq!(reservations.capabilities_of(ANN), Capabilities::GROUPS);
    reservations.forget(ANN);
    assert_eq!(reservations.capabilities_of(ANN), Capabilities::NONE);
}

#[test]
fn a_handshake_is_answered_with_a_ticket_only_if_its_client_can_resume() {
    let mut reservations = Reservations::new(&[1; 32]);
    for capabilities in [None, Some(Capabilities::NONE)] {
        assert!(reservations.answer_extension(ANN, capabilities, false).is_none());
    }
    let mut secret_for = |capabilities| {
        reservations.answer_extension(ANN, Some(capabilities), true).and_then(|extension| extension.secret)
    };
    assert!(secret_for(Capabilities::GROUPS).is_none());
    let secret = secret_for(Capabilities::RESUME).expect("a secret");
    assert!(reservations.accepts(SESSION, &ticket(ANN, secret)));
}
