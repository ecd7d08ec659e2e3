//! History for snapshots, updated ten times a second: when each player was heard, and what happened.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use consonance_inspector::{History, Note, Severity};

use crate::event::EventKind;
use crate::event_queue::EventReader;
use crate::statistics::{CaptureRow, SpeakerRow, VoiceStatistics};

/// Sound below this counts as silence: quieter than any room, like a switched-off microphone.
const SILENCE_DBFS: f32 = -80.0;
/// The maximum number of notes that are shown.
const NOTES_MAX: usize = 100;
/// The longest gap between words of the same utterance, for display.
const PAUSE: Duration = Duration::from_millis(500);

/// Recent history, as far as it is shown.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) begun: Instant,
    pub(crate) max_voices: usize,
    pub(crate) mode: &'static str,
    pub(crate) trouble: Option<String>,
    /// Whether all players that were here before us are known.
    pub(crate) knows_all_players: bool,
    pub(crate) own: OwnVoice,
    players: HashMap<Box<str>, Past>,
    undecodable: HashMap<Box<str>, String>,
    events: EventReader,
    notes: VecDeque<Note>,
}

/// When the local player spoke.
#[derive(Debug, Default)]
pub(crate) struct OwnVoice {
    blocks: u64,
    pub(crate) sound_at: Option<Instant>,
    pub(crate) spoke_at: Option<Instant>,
    spoke_since: Option<Instant>,
}

impl OwnVoice {
    /// The duration of the current or the last utterance.
    pub(crate) fn utterance(&self) -> Duration {
        let (since, last) = (self.spoke_since, self.spoke_at);
        since.zip(last).map_or(Duration::ZERO, |(since, last)| last.saturating_duration_since(since))
    }
}

/// When a player was heard.
#[derive(Debug, Default)]
pub(crate) struct Past {
    received: u64,
    pub(crate) heard_at: Option<Instant>,
    pub(crate) silent_since: Option<Instant>,
    pub(crate) history: History,
}

impl Watch {
    pub(crate) fn new(begun: Instant, events: EventReader, max_voices: usize, mode: &'static str) -> Self {
        Self {
            begun,
            max_voices,
            mode,
            trouble: None,
            knows_all_players: false,
            own: OwnVoice::default(),
            players: HashMap::new(),
            undecodable: HashMap::new(),
            events,
            notes: VecDeque::new(),
        }
    }

    /// Updates the history, every tenth of a second. `speaks`: the local voice is sent to at least one target.
    pub(crate) fn look(
        &mut self,
        now: Instant,
        counted: &VoiceStatistics,
        speaks: bool,
        has_observers: bool,
    ) {
        self.take_events();
        self.look_at_own(now, counted.capture.as_ref(), speaks);
        for row in &counted.speakers {
            self.look_at_player(now, row, has_observers);
        }
    }

    /// Notes that the player's voice cannot be decoded at all.
    pub(crate) fn note_undecodable(&mut self, name: &str, because: &str) {
        self.undecodable.insert(name.into(), because.to_owned());
    }

    /// Forgets a player that has left.
    pub(crate) fn forget(&mut self, name: &str) {
        self.players.remove(name);
        self.undecodable.remove(name);
    }

    pub(crate) fn past(&self, name: &str) -> Option<&Past> {
        self.players.get(name)
    }

    pub(crate) fn undecodable(&self, name: &str) -> Option<String> {
        self.undecodable.get(name).cloned()
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.iter().cloned().collect()
    }

    fn look_at_own(&mut self, now: Instant, capture: Option<&CaptureRow>, speaks: bool) {
        let own = &mut self.own;
        if let Some(row) = capture
            && row.chain.blocks != own.blocks
        {
            own.blocks = row.chain.blocks;
            if row.chain.input_level_dbfs > SILENCE_DBFS {
                own.sound_at = Some(now);
            }
        }
        if speaks {
            let is_new = own.spoke_at.is_none_or(|at| now.saturating_duration_since(at) > PAUSE);
            if is_new {
                own.spoke_since = Some(now);
            }
            own.spoke_at = Some(now);
        }
    }

    fn look_at_player(&mut self, now: Instant, row: &SpeakerRow, has_observers: bool) {
        let reception = &row.reception;
        if reception.arrivals.received == 0 {
            return;
        }
        if !self.players.contains_key(&*row.name) {
            self.players.insert(row.name.as_str().into(), Past::default());
        }
        let Some(past) = self.players.get_mut(&*row.name) else { return };
        if reception.arrivals.received != past.received {
            (past.received, past.heard_at) = (reception.arrivals.received, Some(now));
        }
        let plays = reception.amplitude > 0.0;
        let has_sound = plays && reception.level_dbfs > SILENCE_DBFS;
        let is_coming = past.heard_at.is_some_and(|at| now.saturating_duration_since(at) <= PAUSE);
        // A player that is not heard for another reason is not decoded, so its loudness is unknown.
        if has_sound || !is_coming || reception.unheard.is_some() {
            past.silent_since = None;
        } else {
            past.silent_since.get_or_insert(now);
        }
        let span = Duration::from_millis(100 * History::LENGTH as u64);
        let is_recent = past.heard_at.is_some_and(|at| now.saturating_duration_since(at) < span);
        if has_observers && is_recent {
            let milliseconds = |samples: u64| samples as f32 / 48.0;
            let (delay, target) = (reception.delay_samples, reception.target_delay_samples);
            let level = if plays { reception.level_dbfs } else { -100.0 };
            past.history.push(milliseconds(delay), milliseconds(target), level);
        } else {
            past.history = History::default();
        }
    }

    fn take_events(&mut self) {
        while let Some(event) = self.events.poll() {
            if matches!(event.kind, EventKind::Joined | EventKind::Resumed) {
                // The players become known again with the roster.
                (self.trouble, self.knows_all_players) = (None, false);
            } else if let EventKind::ConnectionLost { reason, .. } = &event.kind {
                (self.trouble, self.knows_all_players) = (Some(reason.clone()), false);
            } else if event.kind == EventKind::PlayersSynced {
                self.knows_all_players = true;
            }
            let Some((severity, text)) = words(&event.kind) else { continue };
            if self.notes.len() >= NOTES_MAX {
                self.notes.pop_front();
            }
            let at_ms = event.at.saturating_duration_since(self.begun).as_millis() as u64;
            self.notes.push_back(Note::new(at_ms, severity, text));
        }
    }
}

/// A line for an event, if it is worth one; start and stop of speech are not.
fn words(kind: &EventKind) -> Option<(Severity, String)> {
    let event = |text: String| Some((Severity::Event, text));
    match kind {
        EventKind::Joined => event("joined the session".into()),
        EventKind::Resumed => event("the connection is back".into()),
        EventKind::Draining { ends_in, redirect: None, .. } => {
            event(format!("the server closes in {} s", ends_in.as_secs()))
        }
        EventKind::Draining { ends_in, redirect: Some(redirect), .. } => event(format!(
            "the server closes in {} s, and redirects its players to {redirect}",
            ends_in.as_secs()
        )),
        EventKind::DrainCancelled => event("the server cancelled draining".into()),
        EventKind::Redirecting => event("moving to another server".into()),
        EventKind::Rejoining => event("rejoins with another frame length".into()),
        EventKind::PlayerJoined { name } => event(format!("{name} joined")),
        EventKind::PlayerLeft { name } => event(format!("{name} left")),
        EventKind::EnteredRoom { name, room } => event(format!("{name} listens to {room}")),
        EventKind::ExitedRoom { name, room } => event(format!("{name} no longer listens to {room}")),
        EventKind::RemovedFromRoom { room } => {
            Some((Severity::Problem, format!("the server has removed us from {room}")))
        }
        EventKind::Operator(decision) => Some((Severity::Problem, decision.to_string())),
        EventKind::DirectLinkMade { name } => event(format!("direct link to {name} established")),
        EventKind::DirectLinkLost { name } => event(format!("direct link to {name} lost")),
        #[cfg(feature = "devices")]
        EventKind::Device(device) => {
            let severity = if device.state.is_running() { Severity::Event } else { Severity::Problem };
            Some((severity, format!("{:?}: {:?}", device.direction, device.state)))
        }
        EventKind::ConnectionLost { reason, retry_in } => {
            let text = format!("the connection was lost ({reason}); next attempt in {retry_in:.1?}");
            Some((Severity::Problem, text))
        }
        EventKind::TextNotSent { reason, .. } => {
            Some((Severity::Problem, format!("a text was not sent: {reason}")))
        }
        EventKind::Problem { text, .. } => Some((Severity::Problem, text.clone())),
        EventKind::Ended(end) => Some((Severity::Problem, format!("ended: {end}"))),
        EventKind::PlayersSynced
        | EventKind::Moderated { .. }
        | EventKind::StartedSpeaking { .. }
        | EventKind::StoppedSpeaking { .. }
        | EventKind::Text { .. }
        | EventKind::Caption { .. }
        | EventKind::TextSent { .. }
        | EventKind::TokenAdded { .. }
        | EventKind::TokenRemoved { .. }
        | EventKind::TransportChanged { .. }
        | EventKind::ServerChanged { .. }
        | EventKind::Encryption(..) => None,
    }
}
