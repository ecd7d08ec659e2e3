//! A player's messages to the signalling server, and its reactions to the server's events.

use std::time::{Duration, Instant};

use consonance_link::DisconnectReason;

use super::{ServerLink, WebRtcClient, direct};
use crate::webrtc_network::peer::Role;
use crate::webrtc_network::signalling::SignalLinkId;
use crate::webrtc_network::signalling::client::SignallingEvent;
use crate::webrtc_network::signalling::link::LinkEvent;
use crate::webrtc_network::signalling::poll_budget::PollBudget;

impl WebRtcClient {
    pub(super) fn drive_signalling(&mut self, now: Instant) {
        let mut budget = PollBudget::new();
        while let Some((_, event)) =
            budget.next(now, &mut self.connections, std::slice::from_mut(&mut self.signalling))
        {
            self.handle_signalling(now, event);
        }
        self.has_signalling_left = budget.has_left_some();
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            self.signalling.start(now, &mut self.connections);
        }
        if let ServerLink::Negotiating { peer, refused_at: Some(at), .. } = self.server
            && at <= now
        {
            self.server = ServerLink::Ending { peer, reason: DisconnectReason::refused(b"") };
            self.peers.leave(now, peer);
        }
        self.connect_to_acquaintances();
        self.pass_texts_on(now);
        self.sleep(now);
    }

    fn handle_signalling(&mut self, now: Instant, event: LinkEvent) {
        match event {
            LinkEvent::Up => {
                if let (Some(client), Some(name)) = (self.signalling.client(), &self.settings.name) {
                    client.listen(&direct::address(&self.settings.session, name));
                }
                if matches!(self.server, ServerLink::Calling) {
                    self.ask();
                }
            }
            LinkEvent::Said(event) => self.handle_said(now, event),
            LinkEvent::Lost(why) => {
                self.direct.forget_links();
                match self.server {
                    ServerLink::Calling | ServerLink::Asking { .. } => {
                        let address = self.settings.signalling.to_string();
                        self.end_server(now, DisconnectReason::Unreachable { address, cause: why });
                    }
                    ServerLink::Negotiating { ref mut link, .. } => *link = None,
                    ServerLink::None | ServerLink::Up { .. } | ServerLink::Ending { .. } => {}
                }
                if self.settings.name.is_some() && self.signalling.is_down() {
                    self.retry_at = Some(now + RETRY_AFTER);
                }
            }
        }
    }

    fn handle_said(&mut self, now: Instant, event: SignallingEvent) {
        match event {
            SignallingEvent::Linked(link) => self.handle_linked(now, link),
            SignallingEvent::Failed(link) => match self.server {
                ServerLink::Asking { link: asked } if asked == link => {
                    let address = self.settings.session.clone();
                    let cause = "no host has a session of this name at the signalling server".to_owned();
                    self.end_server(now, DisconnectReason::Unreachable { address, cause });
                }
                _ => self.direct.forget_link(link),
            },
            SignallingEvent::Text(link, text) => {
                let of_server = match self.server {
                    ServerLink::Negotiating { peer, link: Some(of), .. } if of == link => Some(peer),
                    _ => None,
                };
                if let Some(peer) = of_server.or_else(|| self.direct.peer_of(link)) {
                    self.peers.handle_text(now, peer, &text);
                }
            }
            SignallingEvent::Dropped(dropped) => match &mut self.server {
                ServerLink::Asking { link } if *link == dropped => {
                    self.end_server(now, DisconnectReason::refused(b""));
                }
                ServerLink::Negotiating { link, refused_at, .. } if *link == Some(dropped) => {
                    *link = None;
                    // The host may have dropped the link because we are connected, while its datagrams are still on
                    // their way.
                    *refused_at = Some(now + REFUSED_AFTER);
                }
                _ => self.direct.forget_link(dropped),
            },
            SignallingEvent::AddressDenied => {
                tracing::warn!(
                    name = self.settings.name,
                    "another player of this name listens for direct links"
                );
            }
            SignallingEvent::Listening | SignallingEvent::Stopped | SignallingEvent::Silent => {}
        }
    }

    fn handle_linked(&mut self, now: Instant, link: SignalLinkId) {
        let towards_signalling = self.signalling.local_ip(&self.connections);
        let own = self.peers.own_addresses(&self.settings.announced, towards_signalling);
        if matches!(self.server, ServerLink::Asking { link: asked } if asked == link) {
            let peer = self.peers.open(now, Role::Connector, own);
            self.server = ServerLink::Negotiating { peer, link: Some(link), refused_at: None };
        } else if let Some(role) = self.direct.role_of(link)
            && self.direct.len() < self.settings.direct_links_max
        {
            let peer = self.peers.open(now, role, own);
            self.direct.insert(peer, link);
        } else if let Some(client) = self.signalling.client() {
            client.drop_link(link);
        }
    }

    /// Asks the signalling server for the host.
    pub(super) fn ask(&mut self) {
        if let Some(client) = self.signalling.client() {
            self.server = ServerLink::Asking { link: client.connect(&self.settings.session) };
        }
    }

    fn connect_to_acquaintances(&mut self) {
        let Some(client) = self.signalling.client() else { return };
        while self.direct.len() < self.settings.direct_links_max
            && let Some(name) = self.known_players.next()
        {
            let link = client.connect(&direct::address(&self.settings.session, &name));
            self.direct.ask(link);
        }
    }

    fn pass_texts_on(&mut self, now: Instant) {
        while let Some((peer, text)) = self.peers.poll_text() {
            let of_server = match self.server {
                ServerLink::Negotiating { peer: of, link, .. } if of == peer => link,
                _ => None,
            };
            let link = of_server.or_else(|| self.direct.link_of(peer));
            if let (Some(link), Some(client)) = (link, self.signalling.client()) {
                client.send(link, &text);
            }
        }
        self.signalling.flush(now, &mut self.connections);
        self.connections.flush(now);
    }

    /// Leaves the signalling server when nothing is expected of it.
    fn sleep(&mut self, now: Instant) {
        let is_needed = self.settings.name.is_some()
            || matches!(self.server, ServerLink::Calling | ServerLink::Asking { .. })
            || matches!(self.server, ServerLink::Negotiating { .. });
        if !is_needed && !self.signalling.is_down() {
            self.signalling.stop(now, &mut self.connections);
        }
    }
}

/// How long to wait before a lost signalling server is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How long our channels may still open after the host has dropped the signalling link.
const REFUSED_AFTER: Duration = Duration::from_secs(2);
