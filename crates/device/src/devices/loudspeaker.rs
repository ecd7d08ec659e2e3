//! A loudspeaker as a sink for sound.

use consonance_audio::{Output, OutputError, StereoBlock};

use crate::clock_bridge::{Clock, PlaybackWriter};
use crate::devices::mailbox::Mailbox;

/// The selected loudspeaker, whichever it is at the time; discards sound while there is none.
///
/// [`Output::write`] is meant to be called every 10 ms; it never blocks, and fails only after [`Output::finish`].
pub struct Loudspeaker {
    clock: Clock,
    writers: Mailbox<PlaybackWriter<2>>,
    writer: Option<PlaybackWriter<2>>,
    is_finished: bool,
}

impl Loudspeaker {
    pub(crate) fn new(clock: Clock, writers: Mailbox<PlaybackWriter<2>>) -> Self {
        Self { clock, writers, writer: None, is_finished: false }
    }
}

impl Output for Loudspeaker {
    fn write(&mut self, block: &StereoBlock) -> Result<(), OutputError> {
        if self.is_finished {
            return Err(OutputError::Finished);
        }
        if let Some(writer) = self.writers.take() {
            self.writer = Some(writer);
        }
        if let Some(writer) = &mut self.writer {
            writer.write_stereo(self.clock.now(), block);
            if writer.is_gone() {
                self.writer = None;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), OutputError> {
        self.is_finished = true;
        self.writer = None;
        Ok(())
    }
}

impl std::fmt::Debug for Loudspeaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loudspeaker").field("is_open", &self.writer.is_some()).finish_non_exhaustive()
    }
}
