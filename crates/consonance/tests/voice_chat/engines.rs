//! Sound from and for a game's engine, which speaks, hears and places players at its own rate on its own thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance::audio::{ActivationMode, CaptureSettings, resample};
use consonance_testing::sound::{ALIKE, UNLIKE, likeness};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player, entered, stopped_speaking};
use crate::speech::{Speech, recording};

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

/// The sound an engine received, mono at 48 kHz.
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
    let fixture = Fixture::open();
    let mut alice = Player::join("Alice", fixture.chat().speak_in_room("lobby"));
    let bob = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    alice.until(&entered("Bob", "lobby"));

    let spoken = recording(1, 0.2, 3.2);
    // Repeated, since an engine's thread may be late on a busy machine.
    let said = resample(&spoken, 48_000, RATE_HZ).unwrap();
    let mut said = said.into_iter().cycle();
    let mut microphone = alice.voice.microphone().engine_input();
    let mouth = Engine::start(move || {
        let stereo: Vec<f32> = said.by_ref().take(CALLBACK_FRAMES).flat_map(|sample| [sample; 2]).collect();
        microphone.push(&stereo, 2, RATE_HZ);
    });
    let (heard, mut output) = (Heard::default(), bob.voice.playback().engine_output());
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
    let fixture = Fixture::open();
    let mut listener = Player::join("Bob", fixture.chat().listen_to_room("lobby"));
    let speakers = ["Alice", "Carol"].map(|name| Player::join(name, fixture.chat().speak_in_room("lobby")));
    listener.until(&entered("Bob", "lobby"));
    let (heard, mut stream) = (Heard::default(), listener.voice.player("Alice").stream());
    let into = heard.clone();
    let source = Engine::start(move || {
        let mut mono = [0.0; CALLBACK_FRAMES];
        stream.fill(&mut mono, 1, RATE_HZ);
        into.extend(mono.iter().copied());
    });
    listener.until_counted("a stream", |counted| counted.player_streams.len() == 1);
    let said = [recording(1, 0.2, 2.2), recording(3, 0.2, 2.2)];
    speakers[1].voice.microphone().set_input(Speech::once(&said[1]));
    listener.until(&stopped_speaking("Carol"));
    // Repeated, since an engine's thread may be late on a busy machine.
    let deadline = Instant::now() + PATIENCE;
    while likeness(&said[0], &heard.sound()) < ALIKE {
        assert!(Instant::now() < deadline, "{}", likeness(&said[0], &heard.sound()));
        listener.forget();
        speakers[0].voice.microphone().set_input(Speech::once(&said[0]));
        listener.until(&stopped_speaking("Alice"));
        listener.ear.listen_for(0.8);
    }
    let (mix, alone) = (listener.ear.samples(), heard.sound());
    assert!(likeness(&said[1], &alone) < UNLIKE, "{}", likeness(&said[1], &alone));
    assert!(likeness(&said[1], &mix) > ALIKE, "{}", likeness(&said[1], &mix));
    assert!(likeness(&said[0], &mix) < UNLIKE, "{}", likeness(&said[0], &mix));

    // The engine returns the player to the mix.
    source.stop();
    listener.until_counted("no stream", |counted| counted.player_streams.is_empty());
    listener.forget();
    listener.ear.clear();
    speakers[0].voice.microphone().set_input(Speech::once(&said[0]));
    listener.assert_hears("Alice", &said[0]);
}

#[test]
fn an_engines_sound_is_processed_as_a_microphones() {
    let chat = consonance::VoiceChat::offline().engine_sound().start().unwrap();
    assert_eq!(chat.settings().capture, CaptureSettings::default());
    assert_eq!(chat.settings().activation.mode, ActivationMode::Voice);
}
