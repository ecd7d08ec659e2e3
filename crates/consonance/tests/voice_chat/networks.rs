//! The same façade over other networks: inside one process, and over one that loses packets.

use std::time::Duration;

use consonance::audio::DecodedAs;
use consonance::transport::impair::{ImpairedClient, Impairment};
use consonance::transport::memory::MemoryNetwork;
use consonance::{FrameTrace, VoiceChat};
use consonance_quic::{QuicClient, QuicClientSettings, QuicRuntime};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::fixture::Fixture;
use crate::player::{Player, entered, stopped_speaking};
use crate::speech::{Speech, recording};

#[test]
fn a_conversation_inside_one_process_needs_no_socket() {
    let network = MemoryNetwork::new();
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    session_loop.add_network(Box::new(network.listen()));
    let server = DedicatedServer::start(session_loop);
    let chat = || VoiceChat::over(Box::new(network.client("main")));
    let mut alice = Player::join("Alice", chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));

    let spoken = recording(2, 0.2, 1.7);
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Alice", &spoken);
    alice.voice.leave().unwrap();
    bob.voice.leave().unwrap();
    server.stop();
}

#[test]
fn over_a_network_that_loses_a_tenth_and_shuffles_the_rest_most_frames_are_still_played() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby").trace_frames());
    let quic = QuicClient::new(
        &QuicRuntime::new(1).unwrap(),
        fixture.address("main"),
        QuicClientSettings::default(),
    );
    let impairment = Impairment {
        loss_percent: 10.0,
        jitter: Duration::from_millis(30),
        seed: 7,
        ..Impairment::default()
    };
    let transport = ImpairedClient::new(quic, &impairment, &impairment);
    let bob = VoiceChat::over(Box::new(transport)).listen_to_room("lobby").trace_frames();
    let mut bob = Player::join("Bob", bob);
    alice.until(&entered("Bob", "lobby"));

    alice.voice.microphone().set_input(Speech::once(&recording(1, 0.2, 2.7)));
    bob.until(&stopped_speaking("Alice"));
    bob.ear.listen_for(0.5);
    alice.forget();
    bob.forget();
    let is_sent = |trace: &&FrameTrace| matches!(trace, FrameTrace::Sent { .. });
    let sent = alice.traces.iter().filter(is_sent).count();
    let played = |wanted: &[DecodedAs]| {
        let is_it =
            |trace: &&FrameTrace| matches!(trace, FrameTrace::Played { how, .. } if wanted.contains(how));
        bob.traces.iter().filter(is_it).count()
    };
    let real = played(&[DecodedAs::Decoded, DecodedAs::Recovered]);
    assert!(sent >= 125, "{sent} frames of 20 ms are 2.5 s");
    assert!(real * 100 >= sent * 80, "{real} of {sent} frames were played");
    assert!(played(&[DecodedAs::Recovered]) > 0, "the copies in later packets are used");
}
