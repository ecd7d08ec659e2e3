//! The scene of an example: a speaker reads from a book, and others wait for it.

use std::error::Error;
use std::time::Duration;

use consonance::audio::WavInput;
use consonance::{EventKind, VoiceChat};

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for this event.
pub(crate) fn wait_for(voice: &VoiceChat, expected: &EventKind) -> Result<(), Box<dyn Error>> {
    while let Some(event) = voice.wait_event(PATIENCE) {
        if event.kind == *expected {
            return Ok(());
        }
    }
    Err(format!("this did not happen: {expected:?}").into())
}

/// A speaker that reads from a book.
#[allow(dead_code, reason = "not every example has something to say")]
pub(crate) fn speech() -> Result<Box<WavInput>, Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/speech/austen-2.wav");
    Ok(Box::new(WavInput::open(path)?))
}
