//! An uplink that loses frames: the server and the listeners report it to the speaker.

use consonance::VoiceChat;
use consonance::transport::impair::{ImpairedClient, Impairment};
use consonance::transport::memory::MemoryNetwork;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

use crate::player::{Player, entered};
use crate::speech::{Speech, recording};

#[test]
fn a_speaker_that_loses_frames_on_the_way_up_expects_it_and_is_told_so_by_server_and_listeners() {
    let network = MemoryNetwork::new();
    let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
    session_loop.add_network(Box::new(network.listen()));
    let server = DedicatedServer::start(session_loop);
    let lossy = Impairment { loss_percent: 20.0, seed: 3, ..Impairment::default() };
    let transport = ImpairedClient::new(network.client("main"), &lossy, &Impairment::default());
    let mut alice = Player::join("Alice", VoiceChat::over(Box::new(transport)).speak_in_room("lobby"));
    let bob = Player::join("Bob", VoiceChat::over(Box::new(network.client("main"))).listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    assert_eq!(alice.voice.statistics().uplink.lost_percent, None, "she has not spoken yet");
    alice.voice.microphone().set_input(Speech::endless(&recording(1, 0.0, 3.0)));

    let counted = alice.until_counted("a lossy way up", |statistics| {
        let uplink = &statistics.uplink;
        uplink.lost_percent.is_some_and(|lost| lost > 10.0) && uplink.listeners.is_some()
    });
    let uplink = counted.uplink;
    let listeners = uplink.listeners.unwrap();
    assert_eq!(listeners.listeners, 1, "Bob, who hears her");
    assert!(listeners.lost_percent >= 5, "{listeners:?}");
    alice.until_counted("more protection", |statistics| statistics.uplink.expected_loss_percent >= 10);
    assert!(counted.session.uplink_lost > 0 && counted.session.uplink_frames > counted.session.uplink_lost);
    alice.voice.leave().unwrap();
    bob.voice.leave().unwrap();
    server.stop();
}
