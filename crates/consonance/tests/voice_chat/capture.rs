//! When the local voice is sent, and what of it: activation, muting, processing, and echo of other players and of the
//! game.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use consonance::audio::{
    ActivationMode, ActivationSettings, BLOCK_SAMPLES, CaptureSettings, DuckingSettings, Input, Output,
    OutputError, Read, SAMPLE_RATE_HZ, StereoBlock,
};
use consonance::{EchoReference, EventKind, VoiceChatBuilder};
use consonance_testing::sound::{ALIKE, likeness};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player, entered, started_speaking, stopped_speaking};
use crate::speech::{Speech, recording};

/// From the loudspeaker to the microphone, in blocks of 10 ms.
const ECHO_DELAY_BLOCKS: usize = 6;
/// The loudspeaker's level at the microphone: −12 dB.
const ECHO_GAIN: f32 = 0.25;

fn activated(mode: ActivationMode) -> ActivationSettings {
    ActivationSettings { mode, ..ActivationSettings::default() }
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * f64::from(SAMPLE_RATE_HZ)) as usize]
}

#[test]
fn voice_activation_transmits_from_the_first_syllable_and_not_in_between() {
    let fixture = Fixture::open();
    let alice = fixture.chat().speak_in_room("lobby").activation(activated(ActivationMode::Voice));
    let mut alice = Player::join("Alice", alice);
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));

    let sentence = recording(1, 0.2, 2.2);
    let spoken =
        [silence(1.0), sentence.clone(), silence(1.5), recording(2, 0.2, 1.2), silence(1.0)].concat();
    alice.voice.microphone().set_input(Speech::once(&spoken));
    bob.until(&started_speaking("Alice"));
    bob.until(&stopped_speaking("Alice"));
    bob.forget();
    let counted = bob.until_counted("a speaker", |counted| !counted.speakers.is_empty());
    assert_eq!(counted.speakers[0].name, "Alice");
    assert!(counted.speakers[0].reception.arrivals.received > 50, "{counted:?}");
    // The jitter buffer still holds some sound; the pause is longer.
    bob.ear.listen_for(0.8);
    let first = likeness(&sentence, &bob.ear.samples());
    // The gate catches up by leaving out periods of the voice.
    assert!(first > ALIKE, "{first}");
    bob.until(&started_speaking("Alice"));
    bob.until(&stopped_speaking("Alice"));
}

#[test]
fn with_push_to_talk_one_is_heard_while_the_key_is_held_and_never_while_muted() {
    let fixture = Fixture::open();
    let voice = recording(3, 0.0, 3.0);
    let alice = fixture.chat().speak_in_room("lobby").input(Speech::endless(&voice));
    let mut alice = Player::join("Alice", alice.activation(activated(ActivationMode::PushToTalk)));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.until_counted("captured", |counted| counted.capture.is_some_and(|row| row.chain.blocks > 50));
    assert!(!bob.has_seen(&started_speaking("Alice")));

    alice.voice.microphone().set_push_to_talk(true);
    bob.until(&started_speaking("Alice"));
    alice.voice.microphone().set_push_to_talk(false);
    bob.until(&stopped_speaking("Alice"));

    bob.forget();
    alice.voice.microphone().set_muted(true);
    alice.voice.microphone().set_push_to_talk(true);
    bob.ear.listen_for(0.5);
    assert!(!bob.has_seen(&started_speaking("Alice")), "a muted player was heard");
    alice.voice.microphone().set_muted(false);
    bob.until(&started_speaking("Alice"));
}

/// A bot that speaks now and then: a second of sound, two of silence, and again.
struct Bot {
    voice: Vec<f32>,
    blocks: usize,
}

impl Input for Bot {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let at = self.blocks % 300;
        self.blocks += 1;
        if at >= 100 {
            return Read::Silence;
        }
        block.copy_from_slice(&self.voice[at * BLOCK_SAMPLES..][..BLOCK_SAMPLES]);
        Read::Samples
    }
}

#[test]
fn a_bot_that_is_silent_for_now_has_stopped_speaking_until_it_goes_on() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    alice.voice.microphone().set_input(Box::new(Bot { voice: recording(3, 0.0, 1.0), blocks: 0 }));
    for _ in 0..2 {
        bob.until(&started_speaking("Alice"));
        bob.until(&stopped_speaking("Alice"));
        bob.forget();
    }
}

/// An input that fails.
struct Broken;

impl Input for Broken {
    fn read(&mut self, _block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        panic!("on purpose: an input that is broken");
    }
}

#[test]
fn an_input_that_panics_is_told_and_may_be_replaced() {
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));
    for _ in 0..2 {
        alice.forget();
        alice.voice.microphone().set_input(Box::new(Broken));
        alice.until_some(
            "a problem",
            |kind| matches!(kind, EventKind::Problem { about: consonance::ProblemKind::Input, text } if text.contains("give the chat another one")),
        );
        alice.voice.microphone().set_input(Speech::once(&recording(3, 0.0, 0.5)));
        bob.until(&started_speaking("Alice"));
        bob.until(&stopped_speaking("Alice"));
        bob.forget();
    }
}

/// A loudspeaker and a microphone in one room.
#[derive(Clone, Default)]
struct Room(Arc<Mutex<VecDeque<[f32; BLOCK_SAMPLES]>>>);

impl Room {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(vec![[0.0; BLOCK_SAMPLES]; ECHO_DELAY_BLOCKS].into())))
    }
}

impl Output for Room {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        self.0.lock().unwrap().push_back(block.to_mono());
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Input for Room {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let played = self.0.lock().unwrap().pop_front().unwrap_or([0.0; BLOCK_SAMPLES]);
        *block = played.map(|sample| sample * ECHO_GAIN);
        Read::Samples
    }
}

/// A player in a room with loudspeakers, always transmitting.
fn in_a_room(chat: VoiceChatBuilder, room: &Room, settings: CaptureSettings) -> VoiceChatBuilder {
    let chat = chat.listen_to_room("lobby").speak_in_room("lobby").output(Box::new(room.clone()));
    chat.input(Box::new(room.clone())).capture(settings).activation(activated(ActivationMode::Open))
}

/// The echo's level at a speaker from another player's room, after the canceller had some seconds to adapt.
fn loudness_of_echo(fixture: &Fixture, settings: CaptureSettings) -> f32 {
    let room = Room::new();
    let alice = in_a_room(fixture.chat().name("Alice"), &room, settings).start().unwrap();
    // Ducking would reduce the echo too.
    alice.playback().set_ducking(DuckingSettings { level: 1.0, ..DuckingSettings::default() });
    let mut bob = Player::join("Bob", fixture.chat().listen_to_room("lobby").speak_in_room("lobby"));
    bob.until(&entered("Alice", "lobby"));
    bob.voice.microphone().set_input(Speech::endless(&recording(1, 0.0, 5.0)));
    bob.ear.listen_for(3.0);
    bob.ear.clear();
    bob.ear.listen_for(2.0);
    let heard = bob.ear.loudness();
    alice.leave().unwrap();
    bob.voice.leave().unwrap();
    heard
}

#[test]
fn no_player_hears_itself_from_the_room_of_another() {
    let untouched = loudness_of_echo(&Fixture::open(), CaptureSettings::UNPROCESSED);
    assert!(untouched > 0.005, "the room gives an echo: {untouched}");
    let cancelled = loudness_of_echo(&Fixture::open(), CaptureSettings::default());
    assert!(cancelled < untouched / 10.0, "{cancelled} of {untouched} is left");
}

/// A microphone that picks up the game's own music, which the game hands over while playing it.
struct Music {
    echo_reference: Option<EchoReference>,
    waiting: VecDeque<[f32; BLOCK_SAMPLES]>,
    noise: u32,
}

impl Input for Music {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        let played = std::array::from_fn(|_| {
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.noise as f32 / u32::MAX as f32 - 0.5) / 2.0
        });
        if let Some(echo_reference) = &mut self.echo_reference {
            echo_reference.push(&played);
        }
        self.waiting.push_back(played);
        if self.waiting.len() > ECHO_DELAY_BLOCKS + 4 {
            *block = self.waiting.pop_front().unwrap().map(|sample| sample * ECHO_GAIN);
        }
        Read::Samples
    }
}

#[test]
fn what_the_game_plays_is_cancelled_too_if_it_is_handed_over() {
    let fixture = Fixture::open();
    let settings = CaptureSettings { noise: None, automatic_gain: false, ..CaptureSettings::default() };
    // In dBFS, once the canceller had some seconds and the rest is quiet enough.
    let level = |is_told: bool, enough_dbfs: f32| {
        let alice = fixture.chat().name("Alice").speak_in_room("lobby").capture(settings).start().unwrap();
        let echo_reference = is_told.then(|| alice.microphone().echo_reference());
        alice.microphone().set_input(Box::new(Music { echo_reference, waiting: VecDeque::new(), noise: 1 }));
        let deadline = Instant::now() + PATIENCE;
        loop {
            // A stall of the machine shifts the reference: the canceller then has to find the echo again.
            let chain = alice.statistics().capture.map(|row| row.chain);
            if let Some(chain) =
                chain.filter(|chain| chain.blocks >= 300 && chain.output_level_dbfs < enough_dbfs)
            {
                break chain.output_level_dbfs;
            }
            assert!(Instant::now() < deadline, "told {is_told}, {enough_dbfs} dBFS wanted: {chain:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let untold = level(false, 0.0);
    assert!(untold > -40.0, "the room gives an echo: {untold} dBFS");
    level(true, untold - 20.0);
}
