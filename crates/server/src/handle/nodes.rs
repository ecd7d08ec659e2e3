//! What the workers have to know of other nodes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{Member, NodeEvent, NodeInfo};
use consonance_session::SessionId;
use tracing::{error, info, warn};

use super::{PATIENCE, ServerHandle};
use crate::bans::Ban;
use crate::session_loop::SessionLoop;

impl ServerHandle {
    /// Makes the workers follow what their [node](crate::Workers::of_node) has learnt, in the order of the calls. Waits
    /// while a worker has too much to do: a node whose worker hangs falls silent, and others take its sessions over.
    pub fn follow_node(&self, event: NodeEvent) {
        match event {
            NodeEvent::Owned { name, session, is_takeover, generation } => {
                info!(session = &*name, id = session, is_takeover, "is this node's from now on");
                self.own(&name, SessionId(session), generation);
            }
            NodeEvent::Confirmed { name, generation } => {
                if let Some(worker) = self.shared.directory.worker_of(&name) {
                    self.tell(worker, move |session_loop, now| {
                        session_loop.confirm_session(now, &name, generation);
                    });
                }
            }
            NodeEvent::OwnedBy { name, owner, .. } => self.disown(&name, Some(owner)),
            NodeEvent::Ended { name } => self.disown(&name, None),
            NodeEvent::Unplaced { name } => {
                self.tell_all(move |session_loop, now| session_loop.refuse_waiting(now, &name));
            }
            NodeEvent::Itself { node, info } => self.note_node(node, Some(info)),
            NodeEvent::NodeFound { node, info } => {
                info!(node = &*info.name, region = &*info.region, version = &*info.version, "node found");
                self.note_node(node, Some(info));
            }
            NodeEvent::NodeLost { node, info } => {
                warn!(node = &*info.name, "node lost");
                self.note_node(node, None);
            }
            NodeEvent::Incompatible { name, protocol, oldest } => error!(
                node = &*name,
                protocol,
                oldest,
                own = consonance_cluster::PROTOCOL,
                "incompatible node in this cluster: update the older one"
            ),
        }
    }

    /// Has every worker disconnect the players that these bans match. Waits while one has too much to do.
    pub(crate) fn expel(&self, bans: Vec<Ban>) {
        let bans = Arc::<[Ban]>::from(bans);
        self.tell_all(move |session_loop, now| {
            for ban in &*bans {
                session_loop.expel(now, ban);
            }
        });
    }

    /// Clients are told where they can come back.
    fn note_node(&self, node: NodeId, info: Option<NodeInfo>) {
        self.tell_all(move |session_loop, now| session_loop.note_node(now, node, info.as_ref()));
    }

    fn own(&self, name: &str, id: SessionId, generation: u64) {
        let directory = &self.shared.directory;
        let Some(worker) = directory.worker_of(name) else {
            // No client needs it any more.
            directory.own(name, id);
            return;
        };
        let owner = Member(worker as u16);
        let session = Box::<str>::from(name);
        let (tell_done, is_done) = mpsc::sync_channel(1);
        self.tell(worker, move |session_loop, now| {
            session_loop.own_session(now, &session, id, generation);
            let _ = tell_done.try_send(());
        });
        // Links that others keep until they are told are kept by then.
        let _ = is_done.recv_timeout(PATIENCE);
        for other in (0..self.worker_count()).filter(|other| *other != worker) {
            let session = Box::<str>::from(name);
            self.tell(other, move |session_loop, now| session_loop.follow_owner(now, &session, Some(owner)));
        }
    }

    fn disown(&self, name: &str, owner: Option<Member>) {
        if self.shared.directory.disown(name, owner) {
            let name = Box::<str>::from(name);
            self.tell_all(move |session_loop, now| session_loop.follow_owner(now, &name, owner));
        }
    }

    fn tell_all(&self, job: impl Fn(&mut SessionLoop, Instant) + Clone + Send + 'static) {
        for worker in 0..self.worker_count() {
            self.tell(worker, job.clone());
        }
    }

    /// Has a worker do a job, however long that takes. One that is gone does nothing.
    fn tell(&self, worker: usize, job: impl FnOnce(&mut SessionLoop, Instant) + Send + 'static) {
        let slot = &self.shared.workers[worker];
        self.shared.directory.gauges()[worker].jobs_waiting.fetch_add(1, Ordering::Relaxed);
        slot.waker.wake_by_ref();
        if slot.jobs.send(Box::new(job)).is_err() {
            self.shared.directory.gauges()[worker].jobs_waiting.fetch_sub(1, Ordering::Relaxed);
        }
        slot.waker.wake_by_ref();
    }
}
