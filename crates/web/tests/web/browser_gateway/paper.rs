//! Pages' connections on paper: the test provides what a page sends, and records what it is sent.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Waker;
use std::time::Instant;

use consonance_link::DisconnectReason;
use consonance_web::browser_gateway::PageShard;
use consonance_web::webrtc::{OfferError, PagePeer, RtcEvent, RtcQuality, RtcStatistics, RtcVoice, Sent};

/// The test's side of all connections of one worker. A clone is the same one.
#[derive(Clone, Default)]
pub(crate) struct Pages(Arc<Mutex<State>>);

/// The gateway's side.
pub(crate) struct PaperShard {
    pages: Pages,
    shown: Event,
}

#[derive(Default)]
struct State {
    last: u64,
    pages: BTreeMap<PagePeer, Page>,
    events: VecDeque<Event>,
}

#[derive(Default)]
struct Page {
    messages: Vec<String>,
    voice: Vec<Heard>,
    quality: RtcQuality,
    is_closed: bool,
    heard_at: Option<Instant>,
    has_vanished: bool,
}

/// A frame sent to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) slot: usize,
    pub(crate) payload: Vec<u8>,
}

enum Event {
    Connected(PagePeer),
    Message(PagePeer, String),
    Voice { peer: PagePeer, sequence: u64, time: u64, payload: Vec<u8> },
    Lost(PagePeer),
}

/// The address of every page.
const REMOTE: &str = "203.0.113.9:5000";
/// An offer that this connection rejects.
pub(crate) const BAD_OFFER: &str = "bad";
const SLOTS: usize = 4;

impl Pages {
    pub(crate) fn shard(&self) -> PaperShard {
        PaperShard { pages: self.clone(), shown: Event::Lost(PagePeer(0)) }
    }

    /// The newest connection.
    pub(crate) fn newest(&self) -> PagePeer {
        PagePeer(self.lock().last)
    }

    pub(crate) fn connect(&self, page: PagePeer) {
        self.lock().events.push_back(Event::Connected(page));
    }

    pub(crate) fn say(&self, page: PagePeer, message: &str) {
        self.lock().events.push_back(Event::Message(page, message.to_owned()));
    }

    pub(crate) fn speak(&self, page: PagePeer, sequence: u64, payload: &[u8]) {
        let (time, payload) = (sequence * 960, payload.to_vec());
        self.lock().events.push_back(Event::Voice { peer: page, sequence, time, payload });
    }

    /// Sets the quality of the path to a page.
    pub(crate) fn set_quality(&self, page: PagePeer, quality: RtcQuality) {
        self.lock().pages.get_mut(&page).unwrap().quality = quality;
    }

    pub(crate) fn lose(&self, page: PagePeer) {
        self.lock().events.push_back(Event::Lost(page));
    }

    /// From now on, nothing comes from or reaches a page.
    pub(crate) fn vanish(&self, page: PagePeer) {
        self.lock().pages.get_mut(&page).unwrap().has_vanished = true;
    }

    /// All messages to a page.
    pub(crate) fn messages(&self, page: PagePeer) -> Vec<String> {
        self.lock().pages[&page].messages.clone()
    }

    /// Whether a page was told something of this type.
    pub(crate) fn was_told(&self, page: PagePeer, kind: &str) -> bool {
        let wanted = format!("\"type\":\"{kind}\"");
        self.messages(page).iter().any(|message| message.contains(&wanted))
    }

    pub(crate) fn heard(&self, page: PagePeer) -> Vec<Heard> {
        self.lock().pages[&page].voice.clone()
    }

    pub(crate) fn is_closed(&self, page: PagePeer) -> bool {
        self.lock().pages[&page].is_closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl PageShard for PaperShard {
    fn accept(&mut self, now: Instant, offer: &str) -> Result<(PagePeer, String), OfferError> {
        if offer == BAD_OFFER {
            return Err(OfferError::Missing { what: "audio" });
        }
        let mut state = self.pages.lock();
        state.last += 1;
        let peer = PagePeer(state.last);
        state.pages.insert(peer, Page { heard_at: Some(now), ..Page::default() });
        Ok((peer, format!("answer to {offer}")))
    }

    fn renegotiate(&mut self, _now: Instant, page: PagePeer, offer: &str) -> Result<String, OfferError> {
        Ok(format!("answer of {} to {offer}", page.0))
    }

    fn add_candidate(&mut self, _now: Instant, page: PagePeer, candidate: &str) -> Result<(), OfferError> {
        self.pages.lock().pages.get_mut(&page).unwrap().messages.push(candidate.to_owned());
        Ok(())
    }

    fn slots(&self, _page: PagePeer) -> usize {
        SLOTS
    }

    fn poll(&mut self, _now: Instant) -> Option<RtcEvent<'_>> {
        self.shown = self.pages.lock().events.pop_front()?;
        Some(match &self.shown {
            Event::Connected(peer) => {
                RtcEvent::Connected { peer: *peer, remote: Some(REMOTE.parse::<SocketAddr>().unwrap()) }
            }
            Event::Message(peer, text) => RtcEvent::Message { peer: *peer, text },
            Event::Voice { peer, sequence, time, payload } => {
                RtcEvent::Voice { peer: *peer, sequence: *sequence, time: *time, payload }
            }
            Event::Lost(peer) => RtcEvent::Disconnected { peer: *peer, reason: DisconnectReason::TimedOut },
        })
    }

    fn send_message(&mut self, _now: Instant, page: PagePeer, text: &str) -> Sent {
        self.pages.lock().pages.get_mut(&page).unwrap().messages.push(text.to_owned());
        Sent::Yes
    }

    fn send_voice(&mut self, _now: Instant, page: PagePeer, voice: RtcVoice<'_>) {
        let heard = Heard { slot: voice.slot, payload: voice.payload.to_vec() };
        self.pages.lock().pages.get_mut(&page).unwrap().voice.push(heard);
    }

    fn flush(&mut self, _now: Instant) {}

    fn close(&mut self, _now: Instant, page: PagePeer) {
        let mut state = self.pages.lock();
        state.pages.get_mut(&page).unwrap().is_closed = true;
        state.events.push_back(Event::Lost(page));
    }

    fn quality(&self, page: PagePeer) -> Option<RtcQuality> {
        self.pages.lock().pages.get(&page).map(|page| page.quality)
    }

    fn probe(&mut self, now: Instant, page: PagePeer) -> Option<Instant> {
        let mut state = self.pages.lock();
        let page = state.pages.get_mut(&page).filter(|page| !page.is_closed)?;
        // The reply shows at the next probe.
        let answered_at = if page.has_vanished { page.heard_at } else { Some(now) };
        std::mem::replace(&mut page.heard_at, answered_at)
    }

    fn wants_poll_at(&self) -> Option<Instant> {
        None
    }

    fn set_waker(&mut self, _waker: Waker) {}

    fn statistics(&self) -> RtcStatistics {
        RtcStatistics::default()
    }
}
