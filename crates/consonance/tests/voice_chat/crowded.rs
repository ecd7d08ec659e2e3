//! A voice thread that is stuck for a moment, while its game asks for more than may wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::{
    ActivationMode, ActivationSettings, CaptureSettings, DuckingSettings, EncoderSettings, FrameSize, Output,
    OutputError, Quality, StereoBlock,
};
use consonance::{
    ChannelProperties, End, EventKind, ModeratorAction, ModeratorAnswer, ProblemKind, Target, VoiceChat,
    VoiceChatBuilder,
};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::player::{PATIENCE, Player, entered, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};
use crate::stage::Stage;

/// More commands than may wait.
const TOO_MANY: usize = 1_000;

/// An output that gets stuck when it is asked to, and with it the voice thread.
struct Sticky {
    orders: Receiver<()>,
    stuck: SyncSender<()>,
    release: Receiver<()>,
}

/// Makes the output stick.
struct Glue {
    orders: SyncSender<()>,
    stuck: Receiver<()>,
    release: SyncSender<()>,
}

fn sticky() -> (Sticky, Glue) {
    let ((orders, ordered), (stuck, is_stuck), (release, released)) =
        (sync_channel(1), sync_channel(1), sync_channel(1));
    (Sticky { orders: ordered, stuck, release: released }, Glue { orders, stuck: is_stuck, release })
}

impl Output for Sticky {
    fn write(&mut self, _block: &StereoBlock) -> Result<(), OutputError> {
        if self.orders.try_recv().is_ok() {
            let _ = self.stuck.send(());
            let _ = self.release.recv();
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Glue {
    /// Asks for that while the voice thread is stuck and takes no more commands.
    fn ask_in_a_crowd(&self, voice: &VoiceChat, ask: impl FnOnce(&VoiceChat)) {
        self.orders.send(()).unwrap();
        self.stuck.recv().unwrap();
        let events = voice.subscribe();
        for _ in 0..TOO_MANY {
            voice.leave_room("nowhere");
        }
        let is_full =
            |kind: &EventKind| matches!(kind, EventKind::Problem { about: ProblemKind::Commands, .. });
        assert!(events.into_iter().any(|event| is_full(&event.kind)), "there is a bound");
        ask(voice);
        self.release.send(()).unwrap();
    }
}

/// Alice, who speaks to the lobby as she was set up, and Bob, who listens there.
fn alice_and_bob(
    stage: &Stage,
    set_up: impl FnOnce(VoiceChatBuilder) -> VoiceChatBuilder,
) -> (VoiceChat, Glue, Player) {
    let bob = Player::join("Bob", stage.chat().listen("lobby"));
    let (output, glue) = sticky();
    let alice = set_up(stage.chat().name("Alice").input(Speech::endless(&recording(3, 0.0, 3.0))));
    let alice = alice.output(Box::new(output)).start().unwrap();
    while alice.wait_event(PATIENCE).unwrap().kind != entered("Bob", "lobby") {}
    (alice, glue, bob)
}

#[test]
fn who_mutes_oneself_is_muted_however_much_else_is_asked_for() {
    let stage = Stage::open();
    let (alice, glue, mut bob) = alice_and_bob(&stage, |alice| alice.talk_to_room("lobby"));
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |alice| alice.set_muted(true));
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn a_talk_key_that_is_let_go_is_let_go_however_much_else_is_asked_for() {
    let stage = Stage::open();
    let settings = ActivationSettings { mode: ActivationMode::PushToTalk, ..ActivationSettings::default() };
    let (alice, glue, mut bob) =
        alice_and_bob(&stage, |alice| alice.talk_to_room("lobby").activation(settings));
    alice.set_talk_key(true);
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |alice| alice.set_talk_key(false));
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn a_channel_that_is_closed_closes_however_much_else_is_asked_for() {
    let stage = Stage::open();
    let (alice, glue, mut bob) = alice_and_bob(&stage, |alice| alice);
    let channel = alice.open_channel(Target::Room("lobby".into()), ChannelProperties::default());
    bob.until(&started_speaking("Alice"));
    glue.ask_in_a_crowd(&alice, |alice| alice.close_channel(channel));
    bob.until(&stopped_speaking("Alice"));
    assert_eq!(alice.channel_state(channel), None);
}

#[test]
fn a_setting_that_found_no_room_is_not_in_force_and_is_applied_when_there_is() {
    let stage = Stage::open();
    let (alice, glue, mut bob) = alice_and_bob(&stage, |alice| alice.talk_to_room("lobby"));
    bob.until(&started_speaking("Alice"));
    let before = alice.settings();
    let mut wanted = before.clone();
    (wanted.quality, wanted.master_volume, wanted.levelling) = (Quality::Low, 0.5, true);
    (wanted.activation.mode, wanted.ducking.level) = (ActivationMode::PushToTalk, 0.25);
    wanted.capture.automatic_gain = !wanted.capture.automatic_gain;
    glue.ask_in_a_crowd(&alice, |alice| {
        alice.apply(&wanted).unwrap();
        assert_eq!(alice.settings(), before);
    });
    let deadline = Instant::now() + PATIENCE;
    while alice.settings() != wanted {
        assert!(Instant::now() < deadline, "{:?}", alice.settings());
        alice.apply(&wanted).unwrap();
        alice.wait_event(Duration::from_millis(10));
    }
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn no_single_setter_claims_what_found_no_room() {
    let stage = Stage::open();
    let (alice, glue, _bob) = alice_and_bob(&stage, |alice| alice);
    let before = alice.settings();
    glue.ask_in_a_crowd(&alice, |alice| {
        alice.set_encoder(EncoderSettings { frame: FrameSize::Ms60, ..before.encoder() });
        alice.set_quality(Quality::Music);
        alice.set_capture(CaptureSettings::default());
        alice.set_activation(ActivationSettings { pre_roll_ms: 7, ..before.activation });
        alice.set_ducking(DuckingSettings { level: 0.25, ..before.ducking });
        alice.set_levelling(true);
        alice.set_master_volume(0.5);
        assert_eq!(alice.settings(), before);
        assert!((alice.master_volume() - before.master_volume).abs() < f32::EPSILON);
    });
}

/// A game's console, which shows the present settings beside each line of the log.
struct Console {
    alice: VoiceChat,
    lines: AtomicUsize,
}

impl Subscriber for Console {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.alice.settings();
        self.lines.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn whoever_writes_the_log_may_ask_for_the_settings_while_they_are_being_set() {
    let stage = Stage::open();
    let (alice, glue, _bob) = alice_and_bob(&stage, |alice| alice);
    let console = Arc::new(Console { alice: alice.clone(), lines: AtomicUsize::new(0) });
    glue.ask_in_a_crowd(&alice, |alice| {
        let (for_setter, alice) = (Arc::clone(&console), alice.clone());
        let setter = thread::spawn(move || {
            tracing::subscriber::with_default(for_setter, || alice.set_levelling(true));
        });
        let deadline = Instant::now() + PATIENCE;
        while !setter.is_finished() {
            assert!(Instant::now() < deadline, "the setter waits for itself");
            thread::sleep(Duration::from_millis(2));
        }
    });
    assert!(console.lines.load(Ordering::Relaxed) > 0, "that there was no room is in the log");
}

#[test]
fn what_becomes_of_a_text_or_a_moderators_action_is_told_even_if_there_was_no_room_for_it() {
    let stage = Stage::open();
    let (alice, glue, _bob) = alice_and_bob(&stage, |alice| alice);
    let events = alice.subscribe();
    let mut sent = None;
    glue.ask_in_a_crowd(&alice, |alice| {
        sent = alice.send_text(Target::Player("Bob".into()), "hello").ok();
        alice.moderate("Bob", ModeratorAction::Kick, "too loud");
    });
    let told: Vec<_> = events.map(|event| event.kind).collect();
    let is_about_text =
        |kind: &EventKind| matches!(kind, EventKind::TextNotSent { id, .. } if Some(*id) == sent);
    assert!(told.iter().any(is_about_text), "{told:?}");
    let (name, answer) = ("Bob".to_owned(), ModeratorAnswer::Failed);
    assert!(told.contains(&EventKind::Moderated { name, action: ModeratorAction::Kick, answer }), "{told:?}");
}

#[test]
fn who_stops_has_stopped_however_much_else_is_asked_for() {
    let stage = Stage::open();
    let (alice, glue, _bob) = alice_and_bob(&stage, |alice| alice);
    let events = alice.subscribe();
    glue.ask_in_a_crowd(&alice, VoiceChat::stop);
    while events.wait(PATIENCE).unwrap().kind != EventKind::Ended(End::Left) {}
}
