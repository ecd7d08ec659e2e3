//! Session events: applied to the sound, recorded, and reported to the game.

use std::time::{Duration, Instant};

use consonance_session::{ClientEvent, Disconnection, Redirect};

use super::VoiceThread;
use super::connection_watch::{Loss, is_going_away, is_worth_retrying};
use crate::event::{End, Event, EventKind};
use crate::problem::ProblemKind;
use crate::restrictions::{OperatorDecision, restrictions_of};
use crate::text::TextMessage;
use crate::trace::FrameTrace;

/// A change of the whole chat, which is carried out after the event is reported.
enum Upheaval {
    Closes(Duration, Option<Redirect>),
    Stays,
    Lost(Disconnection, Option<Duration>),
}

impl Upheaval {
    fn of(event: &ClientEvent<'_>) -> Option<Self> {
        match event {
            ClientEvent::Draining { ends_in, redirect } => Some(Self::Closes(*ends_in, redirect.clone())),
            ClientEvent::DrainCancelled => Some(Self::Stays),
            ClientEvent::Disconnected { cause, retry_in } => Some(Self::Lost(*cause, *retry_in)),
            _ => None,
        }
    }
}

impl VoiceThread {
    pub(super) fn take_session_events(&mut self, now: Instant) {
        let arrived = self.clock.position(now);
        let mut has_direct_change = self.links.take_direct_change();
        let mut decided = false;
        while let Some(event) = self.client.poll_event() {
            has_direct_change |= self.direct_players.follow(&event);
            self.quality.follow(now, &event);
            if let Some(encryption) = self.links.encryption_mut() {
                encryption.follow(&event);
            }
            self.shared.players.follow(&event);
            match &event {
                ClientEvent::Joined { .. } | ClientEvent::Resumed { .. } => {
                    self.clock.start_playing(now);
                    self.connection.note_joined();
                }
                ClientEvent::ServersListed { addresses } => self.links.list_servers(addresses),
                ClientEvent::PlayersSynced => self.may_speak = true,
                ClientEvent::PlayerJoined { id, name, codec } => {
                    if let Some(player) = self.shared.players.find(name).filter(|player| !player.is_local())
                        && let Err(text) = self.playback.add(*id, player, *codec)
                    {
                        self.watch.note_undecodable(name, &text);
                        self.shared.events.push(unheard(now, text));
                    }
                }
                ClientEvent::PlayerLeft { id, name } => {
                    self.watch.forget(name);
                    self.playback.remove(*id);
                }
                ClientEvent::RemovedFromRoom { room } => {
                    self.rooms.lose(room);
                    self.shared.own_voice.set_taken_out_of(self.rooms.refused());
                }
                ClientEvent::Moved { from, to } => self.rooms.follow_move(from, to),
                ClientEvent::Kicked { reason } => self.connection.note_kicked(reason),
                ClientEvent::StartedSpeaking { id, .. } => {
                    if let Err(text) = self.playback.start(*id) {
                        self.shared.events.push(unheard(now, text));
                    }
                }
                ClientEvent::StoppedSpeaking { id, .. } => self.playback.stop(*id),
                ClientEvent::Voice(voice) => {
                    let speaker = self.playback.push(arrived, voice, &self.rooms);
                    if let Some(speaker) = speaker.filter(|_| self.trace_frames) {
                        let (speaker, sequence) = (speaker.to_owned(), voice.packet_sequence);
                        self.shared.events.push_trace(FrameTrace::Received { speaker, sequence, at: now });
                    }
                }
                _ => {}
            }
            if let Some(decision) = OperatorDecision::of(&event, &self.clock) {
                decided = true;
                self.shared.events.push(Event { at: now, kind: EventKind::Operator(decision) });
            }
            let upheaval = Upheaval::of(&event);
            if let Some(kind) = EventKind::of(event, &self.own_name) {
                let kind = kind.with_captions(&self.shared.players);
                if let EventKind::Text { from, to, text } = &kind {
                    self.shared.texts.add(TextMessage::new(now, from, to, text));
                }
                self.shared.events.push(Event { at: now, kind });
            }
            if let Some(upheaval) = upheaval {
                self.heed(now, upheaval);
            }
        }
        self.show_changes(now, decided, has_direct_change);
    }

    fn heed(&mut self, now: Instant, upheaval: Upheaval) {
        match upheaval {
            Upheaval::Closes(ends_in, redirect) => self.hear_of_closing(now, ends_in, redirect.as_ref()),
            Upheaval::Stays => self.hear_of_staying(now),
            Upheaval::Lost(cause, retry_in) => self.lose_session(now, cause, retry_in),
        }
    }

    fn show_changes(&mut self, now: Instant, decided: bool, has_direct_change: bool) {
        if decided {
            let restrictions = restrictions_of(&self.client, &self.clock);
            self.shared.own_voice.set_decisions(restrictions, self.client.own_restrictions().recorded());
        }
        if has_direct_change {
            for kind in self.direct_players.update(&self.client) {
                self.tell(now, kind);
            }
        }
    }

    fn lose_session(&mut self, now: Instant, cause: Disconnection, retry_in: Option<Duration>) {
        let reason = self.links.reason(cause);
        let has_led_in = self.connection.take_joined();
        // A server that says when to come back wants its own players back.
        let goes_away = is_going_away(&reason) && retry_in == Some(Duration::ZERO);
        if !has_led_in || goes_away {
            self.links.leave_server();
        }
        let is_worth_retrying = is_worth_retrying(&reason, self.links.has_another_way());
        match self.connection.lose(now, cause, retry_in, is_worth_retrying) {
            Loss::Rejoins => self.tell(now, EventKind::Rejoining),
            Loss::Redirected => self.tell(now, EventKind::Redirecting),
            Loss::ChangesLink => {}
            Loss::Retries(retry_in) => {
                self.tell(now, EventKind::ConnectionLost { reason: reason.to_string(), retry_in });
            }
            Loss::Kicked => {
                let reason = self.connection.take_removal(self.links.end_reason());
                self.end = Some(End::Kicked { reason });
            }
            Loss::ReplacedByNewerLogin => self.end = Some(End::ReplacedByNewerLogin),
            Loss::Over => self.end = Some(End::NoConnection(reason)),
        }
    }
}

/// Reports that a player cannot be heard.
fn unheard(at: Instant, text: String) -> Event {
    Event { at, kind: EventKind::Problem { about: ProblemKind::Player, text } }
}
