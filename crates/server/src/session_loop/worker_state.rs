//! The sessions of a worker and the parts that they reach.

use std::sync::Arc;

use tracing::Span;

use super::clock::LoopClock;
use super::join_handler::JoinHandler;
use super::link_routes::LinkRoutes;
use super::voice_sinks::VoiceSinks;
use super::watchers::Watchers;
use crate::copies::SessionCopies;
use crate::directory::Directory;
use crate::networks::Networks;
use crate::node_addresses::NodeAddresses;
use crate::sessions::{Sessions, SessionsSettings};

/// The sessions of a worker and everything that their requests and events reach. Links into sessions of other workers
/// are not included, nor is how packets arrive here.
pub(crate) struct WorkerState {
    /// The number of this worker in the directory.
    pub(super) number: usize,
    pub(super) directory: Arc<Directory>,
    pub(super) networks: Networks,
    pub(super) sessions: Sessions,
    pub(super) routes: LinkRoutes,
    pub(super) join_handler: JoinHandler,
    /// Copies of sessions of other nodes, where there are any.
    pub(super) copies: Option<SessionCopies>,
    pub(super) node_addresses: NodeAddresses,
    pub(super) clock: LoopClock,
    pub(super) watchers: Watchers,
    pub(super) voices: VoiceSinks,
}

impl WorkerState {
    /// With the configured sessions that the directory gives to this worker, and without a network yet.
    pub(super) fn new(
        settings: &SessionsSettings,
        directory: &Arc<Directory>,
        number: usize,
        span: &Span,
    ) -> Self {
        let mut sessions = Sessions::new(settings, span.clone());
        let mut untold_sessions = Vec::new();
        for (index, name) in settings.names().iter().enumerate() {
            if directory.worker_of(name) == Some(number)
                && let Some(id) = directory.id_of(name)
            {
                sessions.start_configured(name, index, id);
                untold_sessions.push(name.clone());
            }
        }
        Self {
            number,
            directory: Arc::clone(directory),
            networks: Networks::default(),
            sessions,
            routes: LinkRoutes::default(),
            join_handler: JoinHandler::new(settings),
            copies: None,
            node_addresses: NodeAddresses::default(),
            clock: LoopClock::default(),
            watchers: Watchers::new(settings.webhooks.clone(), untold_sessions),
            voices: VoiceSinks::new(settings.report_buffer),
        }
    }
}
