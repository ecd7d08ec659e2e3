//! The page's voice on its way to the session.

use consonance_session::Instant;
use consonance_wire::SealedVoice;

use super::{BrowserPlayer, CLOSING};
use crate::uplink::Spoken;

/// The state of the page's voice between frames.
#[derive(Debug, Default)]
pub(super) struct Voice {
    last: Option<LastFrame>,
    /// Set after channels were closed, until a frame has told the listeners; at this time one is sent without speech.
    closing_at: Option<Instant>,
}

/// The last frame of an utterance.
#[derive(Clone, Copy, Debug)]
enum LastFrame {
    /// Its first byte, from which a silent frame can be made.
    Opus(u8),
    /// Only the page can make another one.
    Sealed,
}

impl LastFrame {
    fn of(frame: &[u8]) -> Option<Self> {
        match SealedVoice::of(frame) {
            Some(_) => Some(Self::Sealed),
            None => frame.first().map(|toc| Self::Opus(*toc)),
        }
    }
}

impl Voice {
    pub(super) fn closing_at(&self) -> Option<Instant> {
        self.closing_at
    }

    /// Notes that channels were closed; the next frame tells the listeners.
    pub(super) fn note_closing(&mut self, now: Instant) {
        if self.last.is_some() {
            self.closing_at.get_or_insert(now + CLOSING);
        }
    }
}

impl BrowserPlayer {
    /// A packet of voice came from the page: its extended RTP sequence number, its extended
    /// time stamp at 48 kHz, and Opus.
    ///
    /// It goes to all open channels; while none is open, it is dropped and does not count as missing.
    pub fn handle_voice(&mut self, now: Instant, sequence: u64, time: u64, payload: &[u8]) {
        if self.is_over() || !self.mailbox.is_open() {
            return;
        }
        self.page_voice.newest = Some(now);
        if !self.voice_budget.take(now, self.limits.voice_packets, 1, 1) {
            self.statistics.voice_limited += 1;
            self.page_voice.too_many = Some(now);
            return;
        }
        if self.channels.is_empty() && self.voice.closing_at.is_none() {
            self.statistics.unheard += 1;
            self.page_voice.without_channel = Some(now);
            self.uplink.reset();
            self.voice.last = None;
            return;
        }
        // The client's clock determines when a frame was sent.
        self.client.handle_timeout(now);
        let before = self.uplink.statistics();
        let Self { client, channels, uplink, voice, statistics, page_voice, .. } = self;
        uplink.receive(sequence, time, payload, |spoken| {
            let sent = match spoken {
                Spoken::Next { missing, frame } => {
                    channels.speak(client);
                    client.voice_mut().skip(missing);
                    voice.last = LastFrame::of(frame);
                    voice.closing_at = None;
                    page_voice.note_said(now);
                    client.send_voice(frame)
                }
                Spoken::Late { frames_ago, frame } => client.send_late_voice(frame, frames_ago),
                Spoken::Pause { frame } => {
                    channels.pause(client);
                    frame.map_or(Ok(0), |frame| client.send_voice(frame))
                }
            };
            statistics.unsent += u64::from(sent.is_err());
        });
        self.page_voice.note_fate(now, &before, &self.uplink.statistics());
        self.reports.note_spoken(now);
        self.follow(now);
    }

    /// Ends the utterance if no frame has told the listeners that channels are closed.
    pub(super) fn stop_talking_if_due(&mut self, now: Instant) {
        if self.voice.closing_at.is_some_and(|at| at <= now) {
            self.stop_talking(now);
        }
    }

    /// The page is silent from now on. A silent frame reports that, so that listeners do not wait: decoders fade out,
    /// as for a lost one. A page that encrypts sends this frame itself, or listeners notice that none arrives.
    pub(super) fn stop_talking(&mut self, now: Instant) {
        self.channels.pause(&mut self.client);
        self.voice.closing_at = None;
        self.uplink.reset();
        let Some(LastFrame::Opus(toc)) = self.voice.last.take() else { return };
        if self.client.voice().has_channels() {
            self.client.handle_timeout(now);
            self.statistics.unsent += u64::from(self.client.send_voice(&[toc & !3]).is_err());
        }
    }
}
