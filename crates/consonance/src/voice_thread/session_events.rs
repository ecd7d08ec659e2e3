//! What the session tells: carried out for the sound, written down for the game, told as events.

use std::time::{Duration, Instant};

use consonance_session::{ClientEvent, Disconnection, Onward};
use consonance_transport::{DisconnectReason, EndCode, EndKind, EndReason};

use super::VoiceThread;
use crate::event::{End, Event, EventKind};
use crate::problem::ProblemKind;
use crate::standing::{OperatorDecision, Standing};
use crate::trace::FrameTrace;

/// What changes the whole chat, and is followed once the event is told.
enum Upheaval {
    Closes(Duration, Option<Onward>),
    Stays,
    Lost(Disconnection, Option<Duration>),
}

impl Upheaval {
    fn of(event: &ClientEvent<'_>) -> Option<Self> {
        match event {
            ClientEvent::ServerCloses { ends_in, onward } => Some(Self::Closes(*ends_in, onward.clone())),
            ClientEvent::ServerStays => Some(Self::Stays),
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
            self.uplink_quality.follow(now, &event);
            self.shared.players.follow(&event);
            self.shared.texts.follow(now, &event);
            match &event {
                ClientEvent::Joined { .. } | ClientEvent::Resumed { .. } => {
                    self.clock.start_playing(now);
                    self.keep_trying = true;
                    self.lost_since = None;
                }
                ClientEvent::RosterReceived => self.may_speak = true,
                ClientEvent::PlayerJoined { id, name, codec } => {
                    if let Some(player) = self.shared.players.find(name).filter(|player| !player.is_local)
                        && let Err(text) = self.playback.add(*id, player, *codec)
                    {
                        self.watch.note_undecodable(name, &text);
                        self.shared.events.push(unheard(now, text));
                    }
                }
                ClientEvent::PlayerLeft { id, name } => {
                    self.watch.forget(name);
                    self.playback.remove(*id);
                    self.receptions.forget(*id);
                }
                ClientEvent::RemovedFromRoom { room } => {
                    self.rooms.lose(room);
                    self.shared.own_voice.set_taken_out_of(self.rooms.refused());
                }
                ClientEvent::Moved { from, to } => self.rooms.follow_move(from, to),
                ClientEvent::Kicked { reason } => self.kicked_for = Some(reason.to_string()),
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
            Upheaval::Closes(ends_in, onward) => self.hear_of_closing(now, ends_in, onward.as_ref()),
            Upheaval::Stays => self.hear_of_staying(now),
            Upheaval::Lost(cause, retry_in) => self.lose_session(now, cause, retry_in),
        }
    }

    fn show_changes(&mut self, now: Instant, decided: bool, has_direct_change: bool) {
        if decided {
            self.shared.own_voice.set_standing(Standing::of(&self.client, &self.clock));
        }
        if has_direct_change {
            for kind in self.direct_players.update(&self.client) {
                self.tell(now, kind);
            }
        }
    }

    /// Another way may lead where the last one did not, but not to another name, and not past a ban.
    fn is_worth_retrying(&self, reason: &DisconnectReason) -> bool {
        let kind = reason.end_reason().map(|reason| reason.kind());
        let is_final = matches!(kind, Some(EndKind::Name | EndKind::Banned));
        reason.is_worth_retrying() || self.links.has_another_way() && !is_final
    }

    /// Why the server's operator has removed us: the end of the link says it with a code; servers of version 0.1 say it
    /// in words before.
    fn take_removal(&mut self) -> EndReason {
        let words = self.kicked_for.take().unwrap_or_default();
        let said = self.links.end_reason();
        said.filter(|reason| matches!(reason.kind(), EndKind::Kicked | EndKind::Banned))
            .unwrap_or_else(|| EndReason::with_words(EndCode::Kicked, &words))
    }

    fn lose_session(&mut self, now: Instant, cause: Disconnection, retry_in: Option<Duration>) {
        let reason = self.links.reason(cause);
        match retry_in {
            // Not lost but left, to be joined again: patience is not used up.
            Some(_) if cause == Disconnection::CodecChanged => self.tell(now, EventKind::JoiningAgain),
            Some(_) if cause == Disconnection::MovedOn => self.tell(now, EventKind::MovingOn),
            // What carries the new link is told once it is up.
            Some(_) if cause == Disconnection::LinkChanged => {}
            Some(retry_in) if self.keep_trying && self.is_worth_retrying(&reason) => {
                self.lost_since.get_or_insert(now);
                self.tell(now, EventKind::ConnectionLost { reason: reason.to_string(), retry_in });
            }
            _ if cause == Disconnection::Kicked => {
                self.end = Some(End::Kicked { reason: self.take_removal() });
            }
            _ if cause == Disconnection::NameTakenOver => self.end = Some(End::NameTakenOver),
            _ => self.end = Some(End::NoConnection(reason)),
        }
    }
}

/// A player cannot be heard.
fn unheard(at: Instant, text: String) -> Event {
    Event { at, kind: EventKind::Problem { about: ProblemKind::Player, text } }
}
