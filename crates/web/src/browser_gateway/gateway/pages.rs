//! The events of the pages' connections.

use std::net::SocketAddr;
use std::time::Instant;

use consonance_browser::BrowserPlayer;
use consonance_link::DisconnectReason;

use super::BrowserGateway;
use crate::browser_gateway::browser::{Phase, address_of};
use crate::browser_gateway::indices::BrowserIndex;
use crate::browser_gateway::shard::PageShard;
use crate::webrtc::{PagePeer, RtcEvent};

impl<S: PageShard> BrowserGateway<S> {
    /// Takes one thing that happened on the pages' connections. False if there was none.
    pub(super) fn take_page_event(&mut self, now: Instant) -> bool {
        let at = self.at(now);
        let Some(event) = self.shard.poll(now) else { return false };
        let (page, happened) = match event {
            RtcEvent::Voice { peer, sequence, time, payload } => {
                if let Some(player) = player_of(&mut self.browsers, peer) {
                    player.handle_voice(at, sequence, time, payload);
                }
                (peer, Happened::Said)
            }
            RtcEvent::Message { peer, text } => {
                if let Some(player) = player_of(&mut self.browsers, peer) {
                    player.handle_message(at, text);
                }
                (peer, Happened::Said)
            }
            RtcEvent::NotText { peer } => {
                if let Some(player) = player_of(&mut self.browsers, peer) {
                    player.handle_no_text(at);
                }
                (peer, Happened::Said)
            }
            RtcEvent::Connected { peer, remote } => (peer, Happened::Connected(remote)),
            RtcEvent::Disconnected { peer, reason } => (peer, Happened::Lost(reason)),
        };
        match (happened, self.browsers.of_page(page)) {
            (Happened::Said, Some(index)) => self.follow(now, index),
            (Happened::Connected(remote), Some(index)) => self.page_is_up(now, index, page, remote),
            (Happened::Connected(_), None) => self.close_page(now, page),
            (Happened::Lost(reason), Some(index)) => self.page_is_lost(now, index, page, reason),
            (Happened::Lost(_), None) => _ = self.parting.remove(&page),
            (Happened::Said, None) => {}
        }
        true
    }

    /// Ends a connection whose player is gone.
    pub(super) fn close_page(&mut self, now: Instant, page: PagePeer) {
        self.browsers.forget_page(page);
        self.shard.close(now, page);
        self.parting.insert(page);
    }

    fn page_is_up(&mut self, now: Instant, index: BrowserIndex, page: PagePeer, remote: Option<SocketAddr>) {
        let (at, slots) = (self.at(now), self.shard.slots(page));
        let Some(browser) = self.browsers.get_mut(index) else { return };
        if let Some(player) = browser.player() {
            player.page_is_replaced();
        }
        browser.show(now, &mut self.shard);
        let former = browser.page.replace(page);
        browser.heard_at = Some(now);
        (browser.coming, browser.lost_for) = (None, None);
        if let Some(remote) = remote {
            browser.remote = address_of(browser.remote.ip(), remote);
        }
        match &mut browser.phase {
            Phase::Playing(player) => {
                if former.is_some() {
                    player.page_lost(at);
                }
                player.page_is_back(at, slots);
            }
            Phase::Expected(settings) => {
                let limits = self.entrance.page_limits().clone();
                let player = BrowserPlayer::with_limits(settings.as_ref().clone(), limits);
                browser.phase = Phase::Playing(Box::new(player));
                self.statistics.connections.accepted += 1;
            }
        }
        if let Some(former) = former {
            self.close_page(now, former);
        }
        self.follow(now, index);
    }

    fn page_is_lost(&mut self, now: Instant, index: BrowserIndex, page: PagePeer, reason: DisconnectReason) {
        let at = self.at(now);
        self.browsers.forget_page(page);
        self.count_lost_page(&reason);
        let Some(browser) = self.browsers.get_mut(index) else { return };
        if browser.coming == Some(page) {
            browser.coming = None;
            self.statistics.connections.failed_handshakes += 1;
        } else {
            browser.page = None;
            browser.heard_at = Some(now);
            browser.lost_for = Some(reason);
            if let Some(player) = browser.player() {
                player.page_lost(at);
            }
        }
        self.follow(now, index);
    }
}

/// An event of a connection, without the data that came over it.
enum Happened {
    Connected(Option<SocketAddr>),
    /// Data came, and its player has it.
    Said,
    Lost(DisconnectReason),
}

fn player_of(
    browsers: &mut crate::browser_gateway::browsers::Browsers,
    page: PagePeer,
) -> Option<&mut BrowserPlayer> {
    let index = browsers.of_page(page)?;
    browsers.get_mut(index)?.player()
}
