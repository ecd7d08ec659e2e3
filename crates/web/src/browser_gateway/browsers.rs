//! All browsers of one worker, found by key, page connection or link.

use std::collections::HashMap;

use consonance_link::Peer;
use rustc_hash::FxHashMap;

use crate::browser_gateway::browser::Browser;
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::key::Key;
use crate::webrtc::PagePeer;

/// Indexed by names of which none is used twice.
#[derive(Debug, Default)]
pub(crate) struct Browsers {
    slots: Vec<Option<Browser>>,
    /// Untrusted peers choose the keys that are looked up here, so they are hashed with a secret.
    by_key: HashMap<Key, BrowserIndex>,
    by_page: FxHashMap<PagePeer, BrowserIndex>,
    by_link: FxHashMap<Peer, BrowserIndex>,
    by_seat: FxHashMap<u64, BrowserIndex>,
}

impl Browsers {
    pub(crate) fn insert(&mut self, browser: Browser) -> BrowserIndex {
        let free = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        let index = BrowserIndex(free);
        self.by_key.insert(browser.key, index);
        self.by_seat.insert(browser.seat.number, index);
        if free == self.slots.len() {
            self.slots.push(Some(browser));
        } else {
            self.slots[free] = Some(browser);
        }
        index
    }

    /// Its connections have no owner from then on.
    pub(crate) fn remove(&mut self, index: BrowserIndex) -> Option<Browser> {
        let browser = self.slots.get_mut(index.0)?.take()?;
        self.by_key.remove(&browser.key);
        self.by_seat.remove(&browser.seat.number);
        for page in [browser.page, browser.coming].into_iter().flatten() {
            self.by_page.remove(&page);
        }
        if let Some(link) = browser.link.peer() {
            self.by_link.remove(&link);
        }
        Some(browser)
    }

    pub(crate) fn get(&self, index: BrowserIndex) -> Option<&Browser> {
        self.slots.get(index.0)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: BrowserIndex) -> Option<&mut Browser> {
        self.slots.get_mut(index.0)?.as_mut()
    }

    pub(crate) fn of_key(&self, key: Key) -> Option<BrowserIndex> {
        self.by_key.get(&key).copied()
    }

    pub(crate) fn of_page(&self, page: PagePeer) -> Option<BrowserIndex> {
        self.by_page.get(&page).copied()
    }

    pub(crate) fn of_link(&self, link: Peer) -> Option<BrowserIndex> {
        self.by_link.get(&link).copied()
    }

    pub(crate) fn of_seat(&self, seat: u64) -> Option<BrowserIndex> {
        self.by_seat.get(&seat).copied()
    }

    pub(crate) fn note_page(&mut self, page: PagePeer, index: BrowserIndex) {
        self.by_page.insert(page, index);
    }

    pub(crate) fn forget_page(&mut self, page: PagePeer) {
        self.by_page.remove(&page);
    }

    pub(crate) fn note_link(&mut self, link: Peer, index: BrowserIndex) {
        self.by_link.insert(link, index);
    }

    pub(crate) fn forget_link(&mut self, link: Peer) {
        self.by_link.remove(&link);
    }

    pub(crate) fn indices(&self) -> impl Iterator<Item = BrowserIndex> + use<> {
        (0..self.slots.len()).map(BrowserIndex)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Browser> {
        self.slots.iter().flatten()
    }
}
