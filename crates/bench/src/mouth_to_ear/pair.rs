//! A speaker and a listener that hears no other voice.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance::audio::{CaptureSettings, DecodedAs};
use consonance::{FrameTrace, VoiceChat};

use super::ear::{Ear, Heard};
use super::mouth::{BETWEEN, BLOCK_TIME, Mouth, Said};
use super::sound_card::{SoundCard, Through};
use crate::median::median;

pub(super) struct Pair {
    speaker: VoiceChat,
    listener: VoiceChat,
    said: Said,
    heard: Arc<Mutex<Heard>>,
    /// The threads that call the mouth and the ear, if these have clocks of their own.
    cards: Vec<SoundCard>,
    begun: Instant,
    /// For each frame, the time when it was spoken, and when it reached the listener.
    frames: HashMap<u16, (Instant, Option<Instant>)>,
    to_listener: Vec<f64>,
    at_listener: Vec<f64>,
}

/// The result of the chirps; times are in milliseconds.
pub(super) struct Journey {
    pub(super) said: usize,
    /// The delays from mouth to ear of all chirps that were heard, sorted.
    pub(super) heard: Vec<f64>,
    /// The median of all frames: from their first sample to their arrival.
    pub(super) to_listener_ms: f64,
    /// The median of all frames: from there until their first sample is heard, the codec's own delay included.
    pub(super) at_listener_ms: f64,
    /// The delay that cleaning adds to the sound.
    pub(super) cleaning_ms: f64,
}

impl Pair {
    /// Starts a pair in a room of that name; the speaker's sound is cleaned if there are settings for it.
    pub(super) fn start(
        address: &str,
        room: &str,
        cleaning: Option<CaptureSettings>,
        through: Through,
    ) -> Result<Self, Box<dyn Error>> {
        let (said, heard) = (Said::default(), Arc::<Mutex<Heard>>::default());
        let (mouth, ear) = (Mouth::new(Arc::clone(&said)), Ear(Arc::clone(&heard)));
        let chat = |name: &str| {
            let chat = VoiceChat::builder().server(address)?.name(format!("{room} {name}"));
            Ok::<_, Box<dyn Error>>(chat.trace_frames())
        };
        let (mut listener, mut speaker) =
            (chat("ear")?.listen_to_room(room), chat("mouth")?.speak_in_room(room));
        if let Some(settings) = cleaning {
            speaker = speaker.capture(settings);
        }
        let mut cards = Vec::new();
        let (speaker, listener) = match through {
            Through::Nothing => {
                (speaker.input(Box::new(mouth)).start()?, listener.output(Box::new(ear)).start()?)
            }
            Through::DeviceRings => {
                let (microphone, speaking) = SoundCard::microphone(mouth);
                let (loudspeaker, hearing) = SoundCard::loudspeaker(ear);
                cards.extend([speaking, hearing]);
                speaker = speaker.input(Box::new(microphone));
                listener = listener.output(Box::new(loudspeaker));
                (speaker.start()?, listener.start()?)
            }
            Through::Engine => {
                let (speaker, listener) = (speaker.start()?, listener.start()?);
                let hearing = SoundCard::engine_ear(&listener, ear);
                cards.extend([SoundCard::engine_mouth(&speaker, mouth), hearing]);
                (speaker, listener)
            }
        };
        Ok(Self {
            speaker,
            listener,
            said,
            heard,
            cards,
            begun: Instant::now(),
            frames: HashMap::new(),
            to_listener: Vec::new(),
            at_listener: Vec::new(),
        })
    }

    /// Starts the measurement; earlier chirps and frames do not count.
    pub(super) fn begin(&mut self) {
        self.begun = Instant::now();
        (self.to_listener, self.at_listener) = (Vec::new(), Vec::new());
    }

    /// Takes the chats' frame traces.
    pub(super) fn follow(&mut self) {
        while let Some(trace) = self.speaker.poll_trace() {
            if let FrameTrace::Sent { sequence, spoken_at, .. } = trace {
                self.frames.insert(sequence, (spoken_at, None));
            }
        }
        while let Some(trace) = self.listener.poll_trace() {
            match trace {
                FrameTrace::Received { sequence, at, .. } => {
                    if let Some((spoken_at, received_at)) = self.frames.get_mut(&sequence) {
                        *received_at = Some(at);
                        self.to_listener.push(millis(at.saturating_duration_since(*spoken_at)));
                    }
                }
                FrameTrace::Played { sequence, at, how: DecodedAs::Decoded, .. } => {
                    if let Some((_, Some(received_at))) = self.frames.remove(&sequence) {
                        self.at_listener.push(millis(at.saturating_duration_since(received_at)));
                    }
                }
                _ => {}
            }
        }
    }

    /// Ends both chats, and looks for the chirps.
    pub(super) fn end(self) -> Result<Journey, Box<dyn Error>> {
        let cleaning = self.speaker.statistics().capture.map_or(Duration::ZERO, |capture| capture.delay);
        let ended = Instant::now();
        drop(self.cards);
        self.speaker.leave()?;
        self.listener.leave()?;
        // The last chirps may not have arrived.
        let counts = |said: &Instant| *said >= self.begun && *said + BETWEEN < ended;
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said: Vec<Instant> = said.iter().copied().filter(counts).collect();
        let ear = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let delays = said.iter().filter_map(|said| ear.delay(*said));
        let mut heard: Vec<f64> = delays.map(|delay| millis(BLOCK_TIME + delay)).collect();
        heard.sort_by(f64::total_cmp);
        Ok(Journey {
            said: said.len(),
            heard,
            to_listener_ms: median(self.to_listener),
            at_listener_ms: median(self.at_listener),
            cleaning_ms: millis(cleaning),
        })
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
