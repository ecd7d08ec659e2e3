//! Events of the cluster and shared bans, passed on to the workers.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

use consonance_cluster::NodeEvent;

use super::{Job, PATIENCE, ServerHandle};
use crate::bans::Ban;
use crate::directory::Directory;
use crate::node_events::{WorkerQueues, follow, post_to_all};
use crate::session_loop::SessionLoop;

impl ServerHandle {
    /// Makes the workers follow what their [node](crate::Workers::of_node) has learnt, in the order of the calls. Waits
    /// while a worker has too much to do: a node whose worker hangs falls silent, and others take its sessions over.
    pub fn follow_node(&self, event: NodeEvent) {
        follow(&mut &*self, event);
    }

    /// Makes every worker disconnect the players that these bans match. Waits for busy workers.
    pub(crate) fn expel(&self, bans: Vec<Ban>) {
        let bans = Arc::<[Ban]>::from(bans);
        post_to_all(&mut &*self, move |session_loop, now| {
            session_loop.expel(now, &bans);
        });
    }
}

impl WorkerQueues for &ServerHandle {
    fn directory(&self) -> &Directory {
        &self.shared.directory
    }

    /// However long that takes. A worker that is gone does nothing.
    fn post(&mut self, worker: usize, job: Job) {
        let slot = &self.shared.workers[worker];
        self.shared.directory.gauges()[worker].jobs_waiting.fetch_add(1, Ordering::Relaxed);
        slot.waker.wake_by_ref();
        if slot.jobs.send(job).is_err() {
            self.shared.directory.gauges()[worker].jobs_waiting.fetch_sub(1, Ordering::Relaxed);
        }
        slot.waker.wake_by_ref();
    }

    fn post_and_wait(&mut self, worker: usize, job: Job) {
        let (tell_done, is_done) = mpsc::sync_channel(1);
        let told = move |session_loop: &mut SessionLoop, now| {
            job(session_loop, now);
            let _ = tell_done.try_send(());
        };
        self.post(worker, Box::new(told));
        let _ = is_done.recv_timeout(PATIENCE);
    }
}
