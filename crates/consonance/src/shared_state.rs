//! State published by the voice thread: shared with all handles of the chat, which may read it at any time.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use consonance_session::Client;

use crate::command::Command;
use crate::encryption::SharedEncryption;
use crate::event_queue::EventQueue;
use crate::own_voice::OwnVoice;
use crate::player_state::Players;
use crate::recorder::Observed;
use crate::snapshot::SharedSnapshot;
use crate::statistics::SharedStatistics;
use crate::status::SharedStatus;
use crate::switches::Switches;
use crate::text::TextHistory;

/// The parts, each with its own synchronisation.
#[derive(Clone)]
pub(crate) struct SharedState {
    pub(crate) events: Arc<EventQueue>,
    pub(crate) status: Arc<SharedStatus>,
    pub(crate) statistics: Arc<SharedStatistics>,
    pub(crate) snapshot: Arc<SharedSnapshot>,
    /// In the opposite direction: written by the handles, and shown by the snapshot.
    pub(crate) switches: Arc<Switches>,
    pub(crate) players: Arc<Players>,
    pub(crate) texts: Arc<TextHistory>,
    pub(crate) own_voice: Arc<OwnVoice>,
    pub(crate) encryption: Arc<SharedEncryption>,
}

impl SharedState {
    /// The state of a chat that has not started, with only the local player in it; it keeps this many texts.
    pub(crate) fn new(client: &Client, texts: usize) -> Self {
        let events = Arc::new(EventQueue::new(client.name()));
        let players = Players::new(client.name());
        players.local().set_rooms(client.rooms().map(str::to_owned).collect());
        Self {
            own_voice: Arc::new(OwnVoice::new(Arc::clone(&events))),
            events,
            status: Arc::default(),
            statistics: Arc::default(),
            snapshot: Arc::default(),
            switches: Arc::default(),
            players: Arc::new(players),
            encryption: Arc::default(),
            texts: Arc::new(TextHistory::new(texts)),
        }
    }

    /// The parts of a chat that diagnostics and recorders observe.
    pub(crate) fn observed(&self, commands: &SyncSender<Command>) -> Observed {
        Observed {
            commands: commands.clone(),
            events: Arc::clone(&self.events),
            players: Arc::clone(&self.players),
            statistics: Arc::clone(&self.statistics),
        }
    }
}
