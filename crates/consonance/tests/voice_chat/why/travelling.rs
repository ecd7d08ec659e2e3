//! From the speaker to the listener: rooms, and network faults.

use consonance::VoiceChat;
use consonance::inspector::{SilenceCause, Snapshot};
use consonance::transport::impair::{ImpairedClient, Impairment};

use crate::why::call::{Call, endless, until_cause, until_shown};

#[test]
fn the_speakers_room_has_no_listener() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let alice = call.chat("Alice").speak_in_room("attic").input(endless()).start().unwrap();
    let diagnosis = until_cause(&[&alice, &bob], &SilenceCause::NoListener);
    assert!(diagnosis.verdict().contains("attic") && diagnosis.verdict().contains("lobby"), "{diagnosis}");
    until_cause(&[&alice], &SilenceCause::NoListener);
}

#[test]
fn the_listener_does_not_listen_to_what_others_do() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    let _carol = call.listener("Carol").start().unwrap();
    bob.room("lobby").stop_listening();
    until_cause(&[&alice, &bob], &SilenceCause::NotListening);
    until_cause(&[&alice], &SilenceCause::NotListening);
    until_cause(&[&call.server()], &SilenceCause::NotListening);
    bob.room("lobby").listen();
    call.until_in_order(&alice, &bob);
}

fn lossy(percent: f64) -> Impairment {
    Impairment { loss_percent: percent, ..Impairment::default() }
}

#[test]
fn nothing_reaches_the_listener() {
    let call = Call::open();
    let deaf = ImpairedClient::new(call.link("main"), &lossy(0.0), &lossy(100.0));
    let bob = VoiceChat::over(Box::new(deaf)).name("Bob").listen_to_room("lobby").start().unwrap();
    let alice = call.speaker("Alice").start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::NothingArrives);
    until_cause(&[&call.server(), &bob], &SilenceCause::NothingArrives);
}

#[test]
fn nothing_of_the_speaker_reaches_the_server() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let dumb = ImpairedClient::new(call.link("main"), &lossy(100.0), &lossy(0.0));
    let dumb = VoiceChat::over(Box::new(dumb)).name("Alice").speak_in_room("lobby");
    let alice = dumb.input(endless()).start().unwrap();
    until_cause(&[&alice, &call.server()], &SilenceCause::UplinkDead);
    until_cause(&[&alice, &bob, &call.server()], &SilenceCause::UplinkDead);
}

#[test]
fn the_server_counts_what_is_lost_on_the_way_up() {
    let call = Call::open();
    let _bob = call.listener("Bob").start().unwrap();
    let far = ImpairedClient::new(call.link("main"), &lossy(50.0), &lossy(0.0));
    let far = VoiceChat::over(Box::new(far)).name("Alice").speak_in_room("lobby");
    let _alice = far.input(endless()).start().unwrap();
    let lost = |server: &Snapshot| {
        let players = &server.server().unwrap().sessions[0].players;
        players.iter().find(|player| player.name == "Alice").and_then(|alice| alice.lost_percent)
    };
    until_shown(&call.server(), |server| lost(server).is_some_and(|percent| (20.0..80.0).contains(&percent)));
}

#[test]
fn most_of_it_is_lost() {
    let call = Call::open();
    let far = ImpairedClient::new(call.link("main"), &lossy(0.0), &lossy(85.0));
    let bob = VoiceChat::over(Box::new(far)).name("Bob").listen_to_room("lobby").start().unwrap();
    let alice = call.speaker("Alice").start().unwrap();
    until_cause(&[&alice, &bob], &SilenceCause::Loss);
    until_cause(&[&bob], &SilenceCause::Loss);
}

#[test]
fn the_server_is_gone() {
    let call = Call::open();
    let (alice, bob) = call.pair();
    call.stop();
    until_cause(&[&alice, &bob], &SilenceCause::NotConnected);
}
