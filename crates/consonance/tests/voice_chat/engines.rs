//! Sound that belongs to a game's engine: it speaks, hears and places players at its own rate on its own thread.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::audio::{ActivationMode, ActivationSettings, CaptureSettings, DuckingSettings, resample};
use consonance_testing::sound::{ALIKE, UNLIKE, likeness};

use crate::place;
use crate::player::{PATIENCE, Player, entered, stopped_speaking};
use crate::speech::{Speech, recording};
use crate::stage::Stage;

const RATE_HZ: u32 = 44_100;
const CALLBACK_FRAMES: usize = 512;

/// An engine's audio thread.
struct Engine {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Engine {
    /// Calls back every 512 frames of 44.1 kHz, until it is stopped.
    fn start(mut callback: impl FnMut() + Send + 'static) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let over = Arc::clone(&is_over);
        let run = move || {
            let begun = Instant::now();
            let mut callbacks = 0.0;
            while !over.load(Ordering::Relaxed) {
                callback();
                callbacks += 1.0;
                let due = callbacks * CALLBACK_FRAMES as f64 / f64::from(RATE_HZ);
                thread::sleep(
                    (begun + Duration::from_secs_f64(due)).saturating_duration_since(Instant::now()),
                );
            }
        };
        Self { is_over, thread: thread::spawn(run) }
    }

    fn stop(self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}

/// What an engine was given, mono at 48 kHz.
#[derive(Clone, Default)]
struct Heard(Arc<std::sync::Mutex<Vec<f32>>>);

impl Heard {
    fn extend(&self, mono: impl Iterator<Item = f32>) {
        self.0.lock().unwrap().extend(mono);
    }

    fn sound(&self) -> Vec<f32> {
        resample(&self.0.lock().unwrap(), RATE_HZ, 48_000).unwrap()
    }
}

#[test]
fn an_engine_speaks_and_hears_at_its_own_rate() {
    let stage = Stage::open();
    let mut alice = Player::join("Alice", stage.chat().speak_in_room("lobby"));
    let bob = Player::join("Bob", stage.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));

    let spoken = recording(1, 0.2, 3.2);
    let mut said = VecDeque::from(resample(&spoken, 48_000, RATE_HZ).unwrap());
    let mut microphone = alice.voice.engine_input();
    let mouth = Engine::start(move || {
        let samples = std::iter::from_fn(|| Some(said.pop_front().unwrap_or(0.0)));
        let stereo: Vec<f32> = samples.take(CALLBACK_FRAMES).flat_map(|sample| [sample; 2]).collect();
        microphone.push(&stereo, 2, RATE_HZ);
    });
    let (heard, mut output) = (Heard::default(), bob.voice.engine_output());
    let into = heard.clone();
    let ear = Engine::start(move || {
        let mut stereo = [0.0; 2 * CALLBACK_FRAMES];
        output.fill(&mut stereo, 2, RATE_HZ);
        into.extend(stereo.iter().step_by(2).copied());
    });
    let deadline = Instant::now() + PATIENCE;
    while likeness(&spoken, &heard.sound()) < ALIKE {
        assert!(Instant::now() < deadline, "{}", likeness(&spoken, &heard.sound()));
        thread::sleep(Duration::from_millis(300));
    }
    assert!(bob.ear.is_finished(), "the output before it was told that nothing more comes");
    for (player, engine_calls) in [(&alice, true), (&bob, false)] {
        let counted = player.voice.statistics();
        let row = if engine_calls { counted.engine_input } else { counted.engine_output }.unwrap();
        assert!(row.callbacks > 100 && row.rate_hz == RATE_HZ, "{row:?}");
        assert!(row.fill > Duration::ZERO && row.latency < Duration::from_millis(150), "{row:?}");
    }
    mouth.stop();
    ear.stop();
    let silent = bob.until_counted("a pause", |counted| {
        counted.engine_output.is_some_and(|row| row.silent_for > Some(Duration::from_millis(300)))
    });
    assert!(silent.player_streams.is_empty());
}

#[test]
fn a_player_that_the_engine_places_is_heard_there_and_not_in_the_mix() {
    let stage = Stage::open();
    let mut listener = Player::join("Bob", stage.chat().listen_to_room("lobby"));
    let speakers = ["Alice", "Carol"].map(|name| Player::join(name, stage.chat().speak_in_room("lobby")));
    listener.until(&entered("Bob", "lobby"));
    let (heard, mut stream) = (Heard::default(), listener.voice.player_stream("Alice"));
    let into = heard.clone();
    let source = Engine::start(move || {
        let mut mono = [0.0; CALLBACK_FRAMES];
        stream.fill(&mut mono, 1, RATE_HZ);
        into.extend(mono.iter().copied());
    });
    listener.until_counted("a stream", |counted| counted.player_streams.len() == 1);
    let said = [recording(1, 0.2, 2.2), recording(3, 0.2, 2.2)];
    for (speaker, said) in speakers.iter().zip(&said) {
        speaker.voice.set_input(Speech::once(said));
        listener.until(&stopped_speaking(speaker.voice.local_player().name()));
    }
    listener.ear.listen_for(0.8);
    let (mix, alone) = (listener.ear.samples(), heard.sound());
    assert!(likeness(&said[0], &alone) > ALIKE, "{}", likeness(&said[0], &alone));
    assert!(likeness(&said[1], &alone) < UNLIKE, "{}", likeness(&said[1], &alone));
    assert!(likeness(&said[1], &mix) > ALIKE, "{}", likeness(&said[1], &mix));
    assert!(likeness(&said[0], &mix) < UNLIKE, "{}", likeness(&said[0], &mix));

    // The engine gives it back.
    source.stop();
    listener.until_counted("no stream", |counted| counted.player_streams.is_empty());
    listener.forget();
    listener.ear.clear();
    speakers[0].voice.set_input(Speech::once(&said[0]));
    listener.assert_hears("Alice", &said[0]);
}

/// How loud one hears oneself from a room in which an engine plays the voices and its music, in dB of full scale.
fn echo_of_an_engine(is_told: bool) -> f32 {
    let stage = Stage::open();
    place::take();
    let settings = CaptureSettings { noise: None, automatic_gain: false, ..CaptureSettings::default() };
    let open = ActivationSettings { mode: ActivationMode::Open, ..ActivationSettings::default() };
    let chat = stage.chat().name("Alice").listen_to_room("lobby").speak_in_room("lobby").engine_sound();
    let alice = chat.capture(settings).activation(open).start().unwrap();
    alice.set_ducking(DuckingSettings { level: 1.0, ..DuckingSettings::default() });
    let (mut output, mut microphone) = (alice.engine_output(), alice.engine_input());
    let mut reference = is_told.then(|| alice.full_echo_reference());
    let (mut room, mut noise) = (VecDeque::from(vec![0.0; 4 * CALLBACK_FRAMES]), 1_u32);
    let engine = Engine::start(move || {
        let mut played = [0.0; CALLBACK_FRAMES];
        output.fill(&mut played, 1, RATE_HZ);
        for sample in &mut played {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *sample += (noise as f32 / u32::MAX as f32 - 0.5) / 2.0;
        }
        if let Some(reference) = &mut reference {
            reference.push_interleaved(&played, 1, RATE_HZ);
        }
        room.extend(played.map(|sample| 0.25 * sample));
        let echo: Vec<f32> = room.drain(..CALLBACK_FRAMES).collect();
        microphone.push(&echo, 1, RATE_HZ);
    });
    let mut bob = Player::join("Bob", stage.chat().listen_to_room("lobby").speak_in_room("lobby"));
    bob.until(&entered("Alice", "lobby"));
    bob.voice.set_input(Speech::endless(&recording(1, 0.0, 5.0)));
    let deadline = Instant::now() + PATIENCE;
    let mut counted = alice.statistics();
    while counted.capture.is_none_or(|row| row.chain.blocks < 600) {
        assert!(Instant::now() < deadline, "too little is processed: {:?}", counted.capture);
        thread::sleep(Duration::from_millis(10));
        counted = alice.statistics();
    }
    engine.stop();
    alice.leave().unwrap();
    let row = counted.capture.unwrap();
    assert_eq!(row.echo_reference.is_some(), is_told);
    row.chain.output_level_dbfs
}

#[test]
fn what_an_engine_plays_is_cancelled_if_it_hands_over_all_of_it() {
    let (untold, told) = (echo_of_an_engine(false), echo_of_an_engine(true));
    assert!(told < untold - 15.0, "{told} dB, and without the engine's help {untold} dB");
}

#[test]
fn an_engines_sound_is_processed_as_a_microphones() {
    let chat = consonance::VoiceChat::offline().engine_sound().start().unwrap();
    assert_eq!(chat.settings().capture, CaptureSettings::default());
    assert_eq!(chat.settings().activation.mode, ActivationMode::Voice);
}
