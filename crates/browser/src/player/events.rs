//! Events of the session, forwarded to the page.

use consonance_session::{ClientEvent, ClientId, Instant, TextTarget};

use super::BrowserPlayer;
use super::end::millis;
use crate::control::{Addressee, ToPage};

impl BrowserPlayer {
    /// Processes all pending events of the client.
    pub(super) fn take_events(&mut self, now: Instant) {
        while !self.is_over() && self.take_event(now) {}
    }

    /// Processes the next event; false if there was none.
    fn take_event(&mut self, now: Instant) -> bool {
        let Some(event) = self.client.poll_event() else { return false };
        match event {
            ClientEvent::Voice(voice) => {
                let id = voice.id;
                if self.mailbox.is_open() {
                    self.downlink.hear(now, &voice);
                    self.reports.note_heard(now);
                    self.tell_speaking(now, id);
                }
            }
            ClientEvent::StartedSpeaking { id, name } => self.downlink.started(id, &name),
            ClientEvent::StoppedSpeaking { id, name } => {
                if self.downlink.stopped(now, id) {
                    self.tell(&ToPage::Speaking { id: id.0, name, speaking: false, to: Vec::new() });
                }
            }
            ClientEvent::Joined { id, .. } => {
                self.forget_places();
                self.tell_joined(id, false);
            }
            ClientEvent::Resumed { id, .. } => {
                self.tell_joined(id, true);
                self.tell_state_of_session(now);
            }
            ClientEvent::Disconnected { cause, retry_in } => self.note_disconnection(now, cause, retry_in),
            ClientEvent::Kicked { reason } => self.kicked_because = Some(reason),
            ClientEvent::PlayerJoined { id, name, codec } => {
                self.downlink.player_joined(id, codec);
                let is_self = self.client.id() == Some(id);
                self.tell(&ToPage::Player { id: id.0, name, rooms: Vec::new(), is_self });
                self.tell_known_place(id);
            }
            ClientEvent::PlayerLeft { id, name } => {
                self.downlink.player_left(id);
                self.forget_place(id);
                self.tell(&ToPage::Left { id: id.0, name });
            }
            ClientEvent::ModeratorAnswered { player, action, answer } => {
                self.tell_moderated(&player, &action, answer);
            }
            ClientEvent::GroupMessage { message } => self.tell_group_message(&message),
            ClientEvent::UplinkReport(report) => self.reports.note_uplink(report),
            ClientEvent::Restricted { restriction, terms } => {
                self.tell(&super::state::restricted(now, restriction, terms.as_ref()));
            }
            other => {
                if let Some(message) = to_page(other) {
                    self.tell(&message);
                }
            }
        }
        true
    }

    /// Tells the page by which rooms and channels a speaker reaches it, if that has changed.
    pub(super) fn tell_speaking(&mut self, now: Instant, id: ClientId) {
        if let Some(name) = self.downlink.take_foreign(id) {
            let words = format!("{name} uses a codec other than Opus, which browsers cannot play");
            self.tell(&ToPage::problem(words, None));
        }
        let Some((name, ways)) = self.downlink.take_ways(now, id) else { return };
        let to = super::state::addressees(&self.client, ways);
        self.tell(&ToPage::Speaking { id: id.0, name, speaking: true, to });
    }
}

/// Converts an event that is forwarded unchanged.
fn to_page(event: ClientEvent<'_>) -> Option<ToPage> {
    Some(match event {
        ClientEvent::PlayersSynced => ToPage::Roster,
        ClientEvent::EnteredRoom { id, name, room } => ToPage::Entered { id: id.0, name, room },
        ClientEvent::ExitedRoom { id, name, room } => ToPage::Exited { id: id.0, name, room },
        ClientEvent::RemovedFromRoom { room } => ToPage::RemovedFromRoom { room },
        ClientEvent::RoomRights { room, rights } => {
            ToPage::RoomRights { room, listen: rights.listen, speak: rights.speak }
        }
        ClientEvent::Moved { from, to } => ToPage::Moved { from, to },
        ClientEvent::TextRateLimited { wait } => ToPage::TextRateLimited { wait_ms: millis(wait) },
        ClientEvent::RoomFull { room, to } => ToPage::RoomFull { room, to },
        ClientEvent::Recorded(recorded) => {
            ToPage::Recorded { whole: recorded.is_whole, last_ms: millis(recorded.last) }
        }
        ClientEvent::Text { id, name, to, text } => {
            let to = match to {
                TextTarget::Room(room) => Addressee::Room(room),
                TextTarget::Player(_) => Addressee::Me,
            };
            ToPage::Text { id: id.0, name, to, text }
        }
        ClientEvent::ListenerReport(report) => ToPage::Listeners {
            count: report.listeners,
            lost_percent: crate::control::Percent::nearest(report.lost_percent.into()),
        },
        ClientEvent::Draining { ends_in, redirect } => ToPage::Closing {
            in_ms: Some(millis(ends_in)),
            redirect: redirect.map(|redirect| redirect.address),
            cancelled: false,
        },
        ClientEvent::DrainCancelled => ToPage::Closing { in_ms: None, redirect: None, cancelled: true },
        // Pages have no direct links, and the other events were handled before.
        ClientEvent::Joined { .. }
        | ClientEvent::Resumed { .. }
        | ClientEvent::PlayerJoined { .. }
        | ClientEvent::PlayerLeft { .. }
        | ClientEvent::Restricted { .. }
        | ClientEvent::ModeratorAnswered { .. }
        | ClientEvent::Kicked { .. }
        | ClientEvent::StartedSpeaking { .. }
        | ClientEvent::Voice(_)
        | ClientEvent::StoppedSpeaking { .. }
        | ClientEvent::PeerIntroduced { .. }
        | ClientEvent::UplinkReport(_)
        | ClientEvent::GroupMessage { .. }
        | ClientEvent::ServersListed { .. }
        | ClientEvent::Disconnected { .. } => return None,
    })
}
