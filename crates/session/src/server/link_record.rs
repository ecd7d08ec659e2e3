//! What the server knows of a connection.

use alloc::vec::Vec;

use consonance_wire::ClientId;

use super::budgets::Budgets;
use crate::time::Instant;

#[derive(Debug)]
pub(super) struct LinkRecord {
    /// The client that joined over it.
    pub(super) client: Option<ClientId>,
    /// Clients that a permissive server made from states that came over it.
    pub(super) ghosts: Vec<ClientId>,
    /// When it has to have joined.
    pub(super) deadline: Instant,
    pub(super) budgets: Budgets,
}

impl LinkRecord {
    pub(super) fn new(now: Instant, deadline: Instant) -> Self {
        Self { client: None, ghosts: Vec::new(), deadline, budgets: Budgets::full(now) }
    }

    /// Every client of the link.
    pub(super) fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.client.into_iter().chain(self.ghosts.iter().copied())
    }

    pub(super) fn forget(&mut self, id: ClientId) {
        self.client = self.client.filter(|client| *client != id);
        self.ghosts.retain(|ghost| *ghost != id);
    }
}
