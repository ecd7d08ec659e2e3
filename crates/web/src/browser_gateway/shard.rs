//! The interface to the pages' connections, as the gateway needs it.

use std::task::Waker;
use std::time::Instant;

use crate::webrtc::{OfferError, PagePeer, RtcEvent, RtcQuality, RtcStatistics, RtcVoice, Sent, WebRtcShard};

/// One worker's share of the pages' connections: a [`WebRtcShard`], or one on simulated time.
pub trait PageShard: Send {
    /// A page offers a connection; its name from now on, and the answer.
    ///
    /// # Errors
    /// The offer cannot be taken.
    fn accept(&mut self, now: Instant, offer: &str) -> Result<(PagePeer, String), OfferError>;

    /// A page changes its connection; the answer.
    ///
    /// # Errors
    /// The offer cannot be taken; the connection stays as it was.
    fn renegotiate(&mut self, now: Instant, page: PagePeer, offer: &str) -> Result<String, OfferError>;

    /// Adds a candidate: another path to a page.
    ///
    /// # Errors
    /// If the text is not a valid candidate.
    fn add_candidate(&mut self, now: Instant, page: PagePeer, candidate: &str) -> Result<(), OfferError>;

    /// How many voices a page can hear at once.
    fn slots(&self, page: PagePeer) -> usize;

    /// The next thing that happened.
    fn poll(&mut self, now: Instant) -> Option<RtcEvent<'_>>;

    /// Sends a control message, reliably and in order.
    fn send_message(&mut self, now: Instant, page: PagePeer, text: &str) -> Sent;

    /// Sends a frame of voice, with the next [`flush`](Self::flush) or [`poll`](Self::poll) that says `None`.
    fn send_voice(&mut self, now: Instant, page: PagePeer, voice: RtcVoice<'_>);

    /// Lets leave what was only collected.
    fn flush(&mut self, now: Instant);

    /// Ends a connection after what was sent before.
    fn close(&mut self, now: Instant, page: PagePeer);

    /// How well a connection does.
    fn quality(&self, page: PagePeer) -> Option<RtcQuality>;

    /// Asks a page for a sign of life, and returns when anything last came from it; `None` if it is gone.
    fn probe(&mut self, now: Instant, page: PagePeer) -> Option<Instant>;

    /// The time at which `poll` will have something even if nothing arrives.
    fn wants_poll_at(&self) -> Option<Instant>;

    /// Sets the waker that is called when `poll` has something.
    fn set_waker(&mut self, waker: Waker);

    /// The statistics of all connections.
    fn statistics(&self) -> RtcStatistics;
}

impl PageShard for WebRtcShard {
    fn accept(&mut self, now: Instant, offer: &str) -> Result<(PagePeer, String), OfferError> {
        self.accept(now, offer)
    }

    fn renegotiate(&mut self, now: Instant, page: PagePeer, offer: &str) -> Result<String, OfferError> {
        self.renegotiate(now, page, offer)
    }

    fn add_candidate(&mut self, now: Instant, page: PagePeer, candidate: &str) -> Result<(), OfferError> {
        self.add_candidate(now, page, candidate)
    }

    fn slots(&self, page: PagePeer) -> usize {
        self.slots(page)
    }

    fn poll(&mut self, now: Instant) -> Option<RtcEvent<'_>> {
        self.poll(now)
    }

    fn send_message(&mut self, now: Instant, page: PagePeer, text: &str) -> Sent {
        self.send_message(now, page, text)
    }

    fn send_voice(&mut self, now: Instant, page: PagePeer, voice: RtcVoice<'_>) {
        self.send_voice(now, page, voice);
    }

    fn flush(&mut self, now: Instant) {
        self.flush(now);
    }

    fn close(&mut self, now: Instant, page: PagePeer) {
        self.close(now, page);
    }

    fn quality(&self, page: PagePeer) -> Option<RtcQuality> {
        self.quality(page)
    }

    fn probe(&mut self, now: Instant, page: PagePeer) -> Option<Instant> {
        self.probe(now, page)
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        self.wants_poll_at()
    }

    fn set_waker(&mut self, waker: Waker) {
        self.set_waker(waker);
    }

    fn statistics(&self) -> RtcStatistics {
        self.statistics()
    }
}
