//! A microphone as a source of sound.

use consonance_audio::{BLOCK_SAMPLES, Input, Read};

use crate::clock_bridge::{CaptureReader, Clock};
use crate::devices::mailbox::Mailbox;

/// The selected microphone, whichever it is at the time; silent while there is none. Never ends.
///
/// [`Input::read`] is meant to be called every 10 ms; it never blocks. Blocks that are not read are lost.
pub struct Microphone {
    clock: Clock,
    readers: Mailbox<CaptureReader>,
    reader: Option<CaptureReader>,
}

impl Microphone {
    pub(crate) fn new(clock: Clock, readers: Mailbox<CaptureReader>) -> Self {
        Self { clock, readers, reader: None }
    }
}

impl Input for Microphone {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        block.fill(0.0);
        if let Some(new) = self.readers.take() {
            if let Some(mut old) = self.reader.replace(new) {
                old.end(block);
            }
            return Read::Samples;
        }
        if let Some(reader) = &mut self.reader {
            if reader.is_gone() {
                reader.end(block);
                self.reader = None;
            } else {
                reader.read(self.clock.now(), block);
            }
        }
        Read::Samples
    }
}

impl std::fmt::Debug for Microphone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Microphone").field("is_open", &self.reader.is_some()).finish_non_exhaustive()
    }
}
