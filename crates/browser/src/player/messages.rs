//! Messages from a page, and their execution.

use consonance_session::{Instant, ModeratorAction, ModeratorAnswer};

use super::BrowserPlayer;
use crate::control::{DisconnectCause, FromPage, Moderate, ToPage};

impl BrowserPlayer {
    /// Handles a message from the page. Any text is safe: an invalid message is answered with a description of the
    /// error.
    pub fn handle_message(&mut self, now: Instant, text: &str) {
        if self.is_over() {
            return;
        }
        self.statistics.messages += 1;
        if !self.messages_budget.take(now, self.limits.messages, 1, 1) {
            self.statistics.messages_limited += 1;
            self.note_problem(now, "too many messages: wait a little", None);
            return;
        }
        match FromPage::read(text) {
            Ok(message) => self.obey(now, message),
            Err(problem) => self.note_problem(now, &problem.to_string(), problem.about()),
        }
        self.follow(now);
    }

    /// Handles binary data from the page where only text messages are allowed.
    pub fn handle_no_text(&mut self, now: Instant) {
        if !self.is_over() {
            self.note_problem(now, "messages must be text", None);
            self.follow(now);
        }
    }

    fn obey(&mut self, now: Instant, message: FromPage) {
        let Self { client, channels, .. } = self;
        let done = match message {
            FromPage::Listen { room } => {
                client.join_room(&room).map_err(|error| ("listen", error.to_string()))
            }
            FromPage::Unlisten { room } => {
                client.leave_room(&room);
                Ok(())
            }
            FromPage::Open(open) => {
                let is_open = channels.open(client, open, self.limits.channels);
                is_open.then_some(()).ok_or_else(|| ("open", too_many_channels(self.limits.channels)))
            }
            FromPage::Change { channel, positional, amplitude, priority } => {
                let is_changed = channels.change(client, channel, positional, amplitude, priority);
                is_changed.then_some(()).ok_or_else(|| ("change", no_channel(channel.get())))
            }
            FromPage::Close { channel } => {
                let is_closed = channels.close(client, channel);
                self.voice.note_closing(now);
                is_closed.then_some(()).ok_or_else(|| ("close", no_channel(channel.get())))
            }
            FromPage::Text { to, text } => {
                let sent = client.send_text(&to.into(), &text);
                sent.map(drop).map_err(|error| ("text", error.to_string()))
            }
            FromPage::Ignore { player, ignored } => {
                let is_done = self.downlink.ignore(player, ignored);
                is_done.then_some(()).ok_or_else(|| ("ignore", "too many players are ignored".to_owned()))
            }
            FromPage::Place(place) => {
                client.set_position(Some(place.position()));
                self.note_own_place(&place);
                Ok(())
            }
            FromPage::Moderate(request) => self.moderate(request).map_err(|words| ("moderate", words)),
            FromPage::Ping { id } => {
                self.tell(&ToPage::Pong { id });
                Ok(())
            }
            FromPage::Stats { lost_percent, delay_ms } => {
                self.reports.note_stats(now, lost_percent, delay_ms);
                Ok(())
            }
            FromPage::Group { data, more } => {
                self.take_group_part(&data, more).map_err(|words| ("group", words))
            }
            FromPage::Leave => {
                self.leave(now);
                Ok(())
            }
            FromPage::Unknown => {
                self.statistics.unknown += 1;
                Ok(())
            }
        };
        if let Err((about, message)) = done {
            self.statistics.refused += 1;
            self.tell(&ToPage::problem(message, Some(about)));
        }
    }

    fn moderate(&mut self, request: Moderate) -> Result<(), String> {
        let action = ModeratorAction::from(request.action.clone());
        let sent = self.client.moderate(&request.player, &action, &request.reason);
        sent.map_err(|error| error.to_string())?;
        self.moderations.add(request, action);
        Ok(())
    }

    /// Reports the server's answer to a request to moderate.
    pub(super) fn tell_moderated(&mut self, player: &str, action: &ModeratorAction, answer: ModeratorAnswer) {
        let Some(Moderate { id, player, action, .. }) = self.moderations.take(player, action) else { return };
        self.tell(&ToPage::Moderated { id, player, action: action.word(), answer });
    }

    fn note_problem(&mut self, now: Instant, words: &str, about: Option<&str>) {
        self.statistics.problems += 1;
        self.tell(&ToPage::problem(words, about));
        if self.statistics.problems > self.limits.problems.into() {
            self.put_out(now, DisconnectCause::Protocol, "this page has sent too many malformed messages");
        }
    }
}

fn too_many_channels(most: usize) -> String {
    format!("{most} channels are already open, which is the limit: close one first")
}

fn no_channel(number: u32) -> String {
    format!("no channel {number} is open")
}
