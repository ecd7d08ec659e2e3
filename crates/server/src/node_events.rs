//! The reactions of workers to events of their node, independent of the threads that they run on.

use std::time::Instant;

use consonance_cluster::placement::NodeId;
use consonance_cluster::{Member, NodeEvent, NodeInfo};
use consonance_session::SessionId;
use tracing::{error, info, warn};

use crate::directory::Directory;
use crate::handle::Job;
use crate::session_loop::SessionLoop;

/// The ways to the workers of a node.
pub(crate) trait WorkerQueues {
    /// The directory of sessions and their workers.
    fn directory(&self) -> &Directory;

    /// Queues a job for a worker.
    fn post(&mut self, worker: usize, job: Job);

    /// The same, and waits until it is done.
    fn post_and_wait(&mut self, worker: usize, job: Job);
}

/// Makes the workers follow what their node has learnt.
pub(crate) fn follow(workers: &mut impl WorkerQueues, event: NodeEvent) {
    match event {
        NodeEvent::Owned { name, session, worker, is_takeover, generation } => {
            info!(session = &*name, id = session, is_takeover, "session now owned by this node");
            own(workers, &name, SessionId(session), worker, generation);
        }
        NodeEvent::Confirmed { name, generation } => {
            if let Some(worker) = workers.directory().worker_of(&name) {
                let confirm = move |session_loop: &mut SessionLoop, now: Instant| {
                    session_loop.confirm_session(now, &name, generation);
                };
                workers.post(worker, Box::new(confirm));
            }
        }
        NodeEvent::OwnedBy { name, owner, .. } => disown(workers, &name, Some(owner)),
        NodeEvent::Ended { name } => disown(workers, &name, None),
        NodeEvent::Unplaced { name } => {
            post_to_all(workers, move |session_loop, now| session_loop.at_edge(now).refuse_waiting(&name));
        }
        NodeEvent::SelfInfo { node, info, spans_regions } => {
            post_to_all(workers, move |session_loop, now| {
                session_loop.carrying(now).note_self_info(node, &info, spans_regions);
            });
        }
        NodeEvent::NodeFound { node, info } => {
            info!(node = &*info.name, region = &*info.region, version = &*info.version, "node found");
            note_node(workers, node, Some(info));
        }
        NodeEvent::NodeLost { node, info, has_ended } => {
            if has_ended {
                info!(node = &*info.name, "node shut down");
            } else {
                warn!(node = &*info.name, "node lost");
            }
            note_node(workers, node, None);
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

/// Clients are told where they can come back.
fn note_node(workers: &mut impl WorkerQueues, node: NodeId, info: Option<NodeInfo>) {
    post_to_all(workers, move |session_loop, now| session_loop.carrying(now).note_node(node, info.as_ref()));
}

fn own(workers: &mut impl WorkerQueues, name: &str, id: SessionId, worker: u16, generation: u64) {
    let Some(worker) = workers.directory().move_to(name, worker) else {
        // No client needs the session any more.
        workers.directory().own(name, id);
        return;
    };
    let (owner, session) = (Member(worker as u16), Box::<str>::from(name));
    let own = move |session_loop: &mut SessionLoop, now: Instant| {
        session_loop.own_session(now, &session, id, generation);
    };
    // Wait: the owner must be ready before the other workers release the links that they hold.
    workers.post_and_wait(worker, Box::new(own));
    for other in (0..usize::from(workers.directory().workers())).filter(|other| *other != worker) {
        let session = Box::<str>::from(name);
        let follow = move |session_loop: &mut SessionLoop, now: Instant| {
            session_loop.follow_owner(now, &session, Some(owner));
        };
        workers.post(other, Box::new(follow));
    }
}

fn disown(workers: &mut impl WorkerQueues, name: &str, owner: Option<Member>) {
    if workers.directory().disown(name, owner) {
        let name = Box::<str>::from(name);
        post_to_all(workers, move |session_loop, now| session_loop.follow_owner(now, &name, owner));
    }
}

/// Queues a job for all workers.
pub(crate) fn post_to_all(
    workers: &mut impl WorkerQueues,
    job: impl Fn(&mut SessionLoop, Instant) + Clone + Send + 'static,
) {
    for worker in 0..usize::from(workers.directory().workers()) {
        workers.post(worker, Box::new(job.clone()));
    }
}
