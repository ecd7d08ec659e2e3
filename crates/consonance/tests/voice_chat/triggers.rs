//! Triggers as a game uses them: what opens and closes them, and what they send over the wire.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{CaptureSettings, Input, Output, OutputError, StereoBlock};
use consonance::transport::memory::MemoryNetwork;
use consonance::trigger::{
    Blocked, BroadcastTrigger, FrameInput, ReceiptTrigger, TriggerActivation, TriggerTarget, Zone,
};
use consonance::{Channel, ChannelActivation, ChannelSettings, EventKind, ProblemKind, VoiceChat};
use consonance_testing::sound::{ALIKE, likeness};

use crate::hall::Hall;
use crate::player::{PATIENCE, Player, entered, exited, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};
use crate::witness::{Seen, Witness};

/// The duration of a frame of these games, on their own clock.
const FRAME_INPUT: FrameInput = FrameInput { seconds: 0.01, position_m: Some([0.0; 3]), push_to_talk: false };
const KEY: FrameInput = FrameInput { push_to_talk: true, ..FRAME_INPUT };
const FAR: FrameInput = FrameInput { position_m: Some([100.0, 0.0, 0.0]), ..FRAME_INPUT };

/// An endless speaker, and an observer of what is sent.
struct Scene {
    _hall: Hall,
    alice: Player,
    witness: Witness,
}

impl Scene {
    fn new(rooms: &[&str]) -> Self {
        let hall = Hall::open();
        let (chat, _) = hall.chat();
        let alice = Player::join("Alice", chat);
        let witness = Witness::new(&hall, rooms);
        let mut scene = Self { _hall: hall, alice, witness };
        scene.run("ready", |_, witness| witness.seen.contains(&Seen::Ready));
        for room in rooms {
            scene.alice.until(&entered("Witness", room));
        }
        scene.witness.seen.clear();
        scene.alice.voice.microphone().set_input(endless());
        scene
    }

    /// Runs frames of the game until the condition holds.
    fn run(&mut self, what: &str, mut is_so: impl FnMut(&Player, &Witness) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.witness.poll();
            if is_so(&self.alice, &self.witness) {
                return;
            }
            assert!(Instant::now() < deadline, "never: {what}; {:?}", self.witness.seen);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The same, with a trigger that is updated.
    fn tick(
        &mut self,
        trigger: &mut BroadcastTrigger,
        tick: FrameInput,
        what: &str,
        mut is_so: impl FnMut(&BroadcastTrigger, &Witness) -> bool,
    ) {
        self.run(what, |alice, witness| {
            trigger.update(&alice.voice, &tick);
            is_so(trigger, witness)
        });
    }

    /// Runs as much game time as voice until the condition holds; returns the trigger's volume at each frame received.
    fn walk(
        &mut self,
        trigger: &mut BroadcastTrigger,
        tick: FrameInput,
        is_so: impl Fn(&Self) -> bool,
    ) -> Vec<f32> {
        self.witness.seen.clear();
        let tick = FrameInput { seconds: 0.02, ..tick };
        let mut volumes = Vec::new();
        while !is_so(self) {
            trigger.update(&self.alice.voice, &tick);
            let before = self.witness.seen.len();
            self.run("another frame", |_, witness| witness.seen.len() > before);
            volumes.push(trigger.current_volume());
        }
        assert!(volumes.len() < 200, "{volumes:?}");
        volumes
    }

    fn last_amplitude(&self) -> Option<f32> {
        self.witness.amplitudes().last().copied()
    }

    fn until_transmitting(&mut self, trigger: &mut BroadcastTrigger, tick: FrameInput) {
        self.tick(trigger, tick, "transmitting", |trigger, witness| {
            trigger.is_transmitting() && witness.amplitudes().len() > 3
        });
        assert_eq!((trigger.blocked(), trigger.can_trigger()), (None, true));
    }

    fn until_stopped(&mut self, trigger: &mut BroadcastTrigger, tick: FrameInput, why: Blocked) {
        self.tick(trigger, tick, "stopped", |trigger, witness| {
            witness.seen.contains(&Seen::Stopped) && !trigger.is_transmitting()
        });
        assert_eq!(trigger.blocked(), Some(why));
    }
}

fn endless() -> Box<dyn Input> {
    Speech::endless(&recording(3, 0.5, 2.5))
}

fn to_lobby(activation: TriggerActivation) -> BroadcastTrigger {
    let mut trigger = BroadcastTrigger::to_room("lobby");
    trigger.activation = activation;
    trigger
}

fn is_full(amplitude: f32) -> bool {
    (amplitude - 1.0).abs() < 0.01
}

#[test]
fn a_trigger_of_a_chat_that_is_not_in_its_session_yet_says_that_it_starts() {
    let network = MemoryNetwork::new();
    let chat = VoiceChat::over(Box::new(network.client("main"))).retry_first_connect();
    let chat = chat.input(endless()).start().unwrap();
    for activation in [TriggerActivation::Open, TriggerActivation::Voice] {
        let mut trigger = to_lobby(activation);
        trigger.update(&chat, &FRAME_INPUT);
        assert_eq!(trigger.blocked(), Some(Blocked::Starting));
    }
    let mut trigger = to_lobby(TriggerActivation::PushToTalk);
    trigger.update(&chat, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::KeyUp));
}

#[test]
fn a_trigger_opens_with_its_key_and_fades_out_on_the_wire_when_it_is_let_go() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::PushToTalk);
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::KeyUp));
    scene.until_transmitting(&mut trigger, KEY);
    scene.until_stopped(&mut trigger, FRAME_INPUT, Blocked::KeyUp);
    let amplitudes = scene.witness.amplitudes();
    let full = amplitudes.iter().take_while(|amplitude| is_full(**amplitude)).count();
    let tail = &amplitudes[full..];
    // 150 ms in frames of 20 ms.
    assert!(full > 3 && (6..=9).contains(&tail.len()), "{full} and {tail:?}");
    assert!(tail.is_sorted_by(|a, b| a > b) && tail[0] > 0.8 && tail[tail.len() - 1] < 0.1, "{tail:?}");
    assert_eq!(scene.witness.seen.last(), Some(&Seen::Stopped));
}

#[test]
fn muting_slams_a_trigger_shut() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
    trigger.toggle_mute();
    scene.until_stopped(&mut trigger, FRAME_INPUT, Blocked::Muted);
    assert!(!trigger.can_trigger());
    let amplitudes = scene.witness.amplitudes();
    assert!(amplitudes.iter().all(|amplitude| is_full(*amplitude)), "{amplitudes:?}");
    scene.witness.seen.clear();
    trigger.toggle_mute();
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
}

#[test]
fn tokens_open_and_close_a_trigger_while_it_runs() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    trigger.tokens = BTreeSet::from(["red".to_owned(), "blue".to_owned()]);
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!((trigger.blocked(), trigger.can_trigger()), (Some(Blocked::NoToken), false));
    let tokens = scene.alice.voice.tokens();
    tokens.add("blue").unwrap();
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
    tokens.remove("blue");
    scene.until_stopped(&mut trigger, FRAME_INPUT, Blocked::NoToken);
    scene.alice.until(&EventKind::TokenAdded { token: "blue".into() });
    scene.alice.until(&EventKind::TokenRemoved { token: "blue".into() });
}

#[test]
fn a_zone_fades_in_and_out_as_the_player_walks_through() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    trigger.zone = Some(Zone::sphere([0.0; 3], 5.0));
    trigger.update(&scene.alice.voice, &FrameInput { position_m: None, ..FRAME_INPUT });
    assert_eq!(trigger.blocked(), Some(Blocked::NoPosition));
    trigger.update(&scene.alice.voice, &FAR);
    assert_eq!(trigger.blocked(), Some(Blocked::OutsideZone));

    let rising = scene.walk(&mut trigger, FRAME_INPUT, |scene| scene.last_amplitude().is_some_and(is_full));
    assert!(rising.is_sorted() && rising[0] < 0.1 && rising.len() > 30, "750 ms: {rising:?}");
    let falling = scene.walk(&mut trigger, FAR, |scene| scene.witness.seen.contains(&Seen::Stopped));
    assert!(falling.is_sorted_by(|a, b| a >= b) && falling.len() > 50, "1150 ms: {falling:?}");
    assert_eq!(trigger.blocked(), Some(Blocked::OutsideZone));
    assert!(trigger.current_volume() <= 0.0);
}

#[test]
fn another_target_closes_one_channel_and_opens_another() {
    let mut scene = Scene::new(&["lobby", "kitchen"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
    let target_of = |seen: &Seen| match seen {
        Seen::Frame(channels) => channels.iter().map(|channel| channel.target).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let lobby = target_of(scene.witness.seen.last().unwrap());
    trigger.target = TriggerTarget::Room("kitchen".into());
    scene.tick(&mut trigger, FRAME_INPUT, "kitchen", |_, witness| {
        witness.seen.last().is_some_and(|seen| {
            let targets = target_of(seen);
            targets.len() == 1 && targets != lobby
        })
    });
}

#[test]
fn a_channel_that_is_shut_for_another_one_breaks_no_utterance() {
    let mut scene = Scene::new(&["lobby", "kitchen"]);
    let open = |scene: &Scene, room: &str| {
        let settings = ChannelSettings { activation: ChannelActivation::Open, ..ChannelSettings::default() };
        scene.alice.voice.room(room).speak_with(settings)
    };
    let mut present = open(&scene, "lobby");
    scene.run("frames", |_, witness| witness.amplitudes().len() > 3);
    for room in ["kitchen", "lobby", "kitchen", "lobby"] {
        let next = open(&scene, room);
        present.set_activation(ChannelActivation::Closed);
        let is_open = |channel: &Channel| channel.state().is_some_and(|state| state.is_open);
        scene.run("moved", |_, _| is_open(&next) && !is_open(&present));
        present.close();
        let frames = scene.witness.amplitudes().len();
        scene.run("more frames", |_, witness| witness.amplitudes().len() > frames + 3);
        present = next;
    }
    assert!(!scene.witness.seen.contains(&Seen::Stopped));
}

#[test]
fn a_trigger_of_the_local_player_itself_does_nothing_and_one_of_another_speaks_to_it() {
    let mut scene = Scene::new(&[]);
    let mut trigger = BroadcastTrigger::new(TriggerTarget::Owner(Some("Alice".into())));
    trigger.activation = TriggerActivation::Open;
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::OwnPlayer));
    trigger.target = TriggerTarget::Player("Alice".into());
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::OwnPlayer));
    trigger.target = TriggerTarget::Owner(None);
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::NoTarget));
    trigger.target = TriggerTarget::Owner(Some("Witness".into()));
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
}

#[test]
fn dropping_a_trigger_closes_its_channel_and_leaves_its_room() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    let mut receipt = ReceiptTrigger::new("kitchen");
    receipt.update(&scene.alice.voice, &FRAME_INPUT);
    assert!(receipt.is_listening());
    scene.alice.until(&entered("Alice", "kitchen"));
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
    drop((trigger, receipt));
    scene.alice.until(&exited("Alice", "kitchen"));
    scene.run("stopped", |_, witness| witness.seen.contains(&Seen::Stopped));
}

#[test]
fn dropping_a_trigger_does_not_wait_even_while_the_output_hangs_and_the_queue_is_full() {
    let hall = Hall::open();
    let hanging = Arc::new(Mutex::new(()));
    let voice = hall.chat().0.name("Alice").output(Box::new(Hanging(Arc::clone(&hanging)))).start().unwrap();
    let until = |expected: EventKind| {
        let deadline = Instant::now() + PATIENCE;
        while voice.wait_event(Duration::from_millis(50)).is_none_or(|event| event.kind != expected) {
            assert!(Instant::now() < deadline, "never: {expected:?}");
        }
    };
    let mut receipt = ReceiptTrigger::new("kitchen");
    receipt.update(&voice, &FRAME_INPUT);
    until(entered("Alice", "kitchen"));
    let hangs = hanging.lock().unwrap();
    let is_full = |event: consonance::Event| {
        matches!(event.kind, EventKind::Problem { about: ProblemKind::Commands, .. })
    };
    let deadline = Instant::now() + PATIENCE;
    while !voice.poll_event().is_some_and(is_full) {
        assert!(Instant::now() < deadline, "the queue is never full");
        voice.room("nowhere").stop_listening();
    }
    let (sender, dropped) = sync_channel(1);
    thread::spawn(move || {
        drop(receipt);
        sender.send(())
    });
    dropped.recv_timeout(PATIENCE).unwrap();
    drop(hangs);
    until(exited("Alice", "kitchen"));
}

/// An output that blocks while the lock is held.
struct Hanging(Arc<Mutex<()>>);

impl Output for Hanging {
    fn write(&mut self, _: &StereoBlock) -> Result<(), OutputError> {
        drop(self.0.lock().unwrap());
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[test]
fn a_receipt_trigger_listens_inside_of_its_zone_with_its_token() {
    let mut scene = Scene::new(&[]);
    let mut trigger = ReceiptTrigger::new("kitchen");
    trigger.zone = Some(Zone::cuboid([-1.0; 3], [1.0; 3]));
    trigger.tokens.insert("cook".into());
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::NoToken));
    scene.alice.voice.tokens().add("cook").unwrap();
    trigger.update(&scene.alice.voice, &FAR);
    assert_eq!(trigger.blocked(), Some(Blocked::OutsideZone));
    trigger.update(&scene.alice.voice, &FRAME_INPUT);
    scene.alice.until(&entered("Alice", "kitchen"));
    trigger.update(&scene.alice.voice, &FAR);
    scene.alice.until(&exited("Alice", "kitchen"));
}

#[test]
fn a_game_that_stalls_loses_not_even_the_first_syllable_and_neither_does_it_leave_the_channel_open() {
    let hall = Hall::open();
    let mut alice = Player::join("Alice", hall.chat().0.capture(CaptureSettings::UNPROCESSED));
    let mut bob = Player::join("Bob", hall.chat().0.listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    let mut trigger = to_lobby(TriggerActivation::Voice);
    trigger.update(&alice.voice, &FRAME_INPUT);
    // From here on the game stalls: no updates, and no reads of events.
    let silence = vec![0.0; 48_000];
    let sentence = recording(1, 0.2, 2.2);
    alice
        .voice
        .microphone()
        .set_input(Speech::endless(&[silence.clone(), sentence.clone(), silence.repeat(8)].concat()));
    bob.until(&started_speaking("Alice"));
    bob.assert_hears("Alice", &sentence);
    trigger.update(&alice.voice, &FRAME_INPUT);
    assert_eq!(trigger.blocked(), Some(Blocked::NoSpeech));
}

#[test]
fn beside_an_open_channel_one_with_voice_activation_carries_speech_alone_and_all_of_it() {
    let hall = Hall::open();
    let mut alice = Player::join("Alice", hall.chat().0.capture(CaptureSettings::UNPROCESSED));
    let mut bob = Player::join("Bob", hall.chat().0.listen_to_room("near"));
    let mut carol = Player::join("Carol", hall.chat().0.listen_to_room("radio"));
    alice.until(&entered("Bob", "near"));
    alice.until(&entered("Carol", "radio"));
    let open = |room: &str, activation| {
        alice.voice.room(room).speak_with(ChannelSettings { activation, ..ChannelSettings::default() })
    };
    let (radio, near) = (open("radio", ChannelActivation::Open), open("near", ChannelActivation::Voice));
    let silence = vec![0.0; 48_000];
    let sentence = recording(1, 0.2, 2.2);
    let sound = [silence.clone(), sentence.clone(), silence.repeat(9)].concat();
    alice.voice.microphone().set_input(Speech::endless(&sound));
    carol.until(&started_speaking("Alice"));
    assert!(!bob.has_seen(&started_speaking("Alice")), "there is a second of silence before");
    let is_open = |channel: &Channel| channel.state().is_some_and(|state| state.is_open);
    bob.until(&started_speaking("Alice"));
    bob.assert_hears("Alice", &sentence);
    assert!(!is_open(&near));
    assert!(is_open(&radio) && !carol.has_seen(&stopped_speaking("Alice")), "silence is heard too");
    let heard = likeness(&sentence, &carol.ear.samples());
    assert!(heard > ALIKE, "{heard}");
}

#[test]
fn muting_the_chat_closes_all_triggers_at_once() {
    let mut scene = Scene::new(&["lobby"]);
    let mut trigger = to_lobby(TriggerActivation::Open);
    scene.until_transmitting(&mut trigger, FRAME_INPUT);
    scene.alice.voice.microphone().set_muted(true);
    scene.until_stopped(&mut trigger, FRAME_INPUT, Blocked::NoVoice);
    assert!(scene.witness.amplitudes().iter().all(|amplitude| is_full(*amplitude)));
}
