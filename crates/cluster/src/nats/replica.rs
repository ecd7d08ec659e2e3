//! The records that nodes share: a thread between a node's copy of them and the store.
//!
//! It has its own connection, so that voice never waits behind records.

mod follower;
mod shared_store;

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::sleep_until;
use tracing::debug;

use crate::nats::client_thread::ClientThread;
use crate::nats::connection::{ConnectionChange, ConnectionWatch};
use crate::nats::error::NatsError;
use crate::nats::node::WokenFlag;
use crate::nats::settings::NatsSettings;
use crate::nats::subjects::Subjects;
use crate::placement::NodeId;
use crate::{Replica, Replicated};
use follower::Place;
use shared_store::{SharedStore, Told};

/// A copy of records that follows the store, on a thread of its own. Dropping it stops it, once the store has what was
/// changed last, or after half a second.
pub struct NatsReplica {
    _thread: ClientThread,
}

/// The maximum number of the store's updates that wait; reading continues once there is room.
const TOLD: usize = 1024;
/// The interval at which the connection is checked, since events may be lost.
const LOOK: Duration = Duration::from_secs(1);
/// How long the last requests may take.
const GOODBYE: Duration = Duration::from_millis(500);

impl NatsReplica {
    /// Runs a copy on a thread of its own. A server that cannot be reached yet is not an error: it keeps trying.
    ///
    /// # Errors
    /// [`NatsError`] if the settings make no sense, or what they name cannot be read.
    pub fn start(settings: NatsSettings, own: NodeId, replica: Box<dyn Replica>) -> Result<Self, NatsError> {
        settings.check()?;
        let thread = ClientThread::start(
            "records",
            async move || Driver::new(&settings, own, replica).await,
            async |driver: Driver, stopped| driver.run(stopped).await,
        )?;
        Ok(Self { _thread: thread })
    }
}

impl fmt::Debug for NatsReplica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsReplica").finish_non_exhaustive()
    }
}

struct Driver {
    replica: Box<dyn Replica>,
    subjects: Subjects,
    replicas: usize,
    connection: ConnectionWatch,
    link: Option<Link>,
    /// How far the audit log was read.
    place: Place,
    woken: Arc<WokenFlag>,
}

/// The state of a working connection.
struct Link {
    store: SharedStore,
    tell: Sender<Told>,
    told: Receiver<Told>,
    followers: Vec<AbortHandle>,
    /// Requests that wait for an answer.
    asked: Rc<Cell<usize>>,
}

impl Driver {
    async fn new(
        settings: &NatsSettings,
        own: NodeId,
        mut replica: Box<dyn Replica>,
    ) -> Result<Self, NatsError> {
        let note_dropped = || debug!("NATS client of records dropped a message");
        let connection = ConnectionWatch::start(settings, own, " records", note_dropped).await?;
        let woken = Arc::<WokenFlag>::default();
        replica.set_waker(Waker::from(Arc::clone(&woken)));
        let (subjects, replicas) = (Subjects::new(&settings.cluster, None), settings.replicas);
        let place = Place::default();
        Ok(Self { replica, subjects, replicas, connection, link: None, place, woken })
    }

    async fn run(mut self, stopped: &Notify) {
        let mut end: Option<Instant> = None;
        loop {
            let now = Instant::now();
            self.ask(now);
            let is_busy = self.link.as_ref().is_some_and(|link| link.asked.get() > 0);
            if end.is_some_and(|end| end <= now || !is_busy) {
                return;
            }
            let wake_at = self.replica.poll_timeout(now).min(now + LOOK);
            let wake_at = end.map_or(wake_at, |end| end.min(wake_at));
            tokio::select! {
                biased;
                () = stopped.notified(), if end.is_none() => end = Some(Instant::now() + GOODBYE),
                Some(event) = self.connection.next_event() => {
                    debug!(%event, "NATS client of records");
                    self.look_at_connection();
                }
                told = next(&mut self.link) => self.hear(told),
                () = self.woken.0.notified() => {}
                () = sleep_until(wake_at.into()) => self.look_at_connection(),
            }
        }
    }

    fn ask(&mut self, now: Instant) {
        let Some(link) = &self.link else { return };
        while let Some(request) = self.replica.poll_request(now) {
            let (store, tell, asked) = (link.store.clone(), link.tell.clone(), Rc::clone(&link.asked));
            asked.set(asked.get() + 1);
            drop(spawn_local(async move {
                store.carry_out(request, &tell).await;
                asked.set(asked.get() - 1);
            }));
        }
    }

    fn hear(&mut self, told: Told) {
        match told {
            Told::Begun(kind) => self.replica.handle_begun(kind),
            Told::CaughtUp(kind) => self.replica.handle_caught_up(kind),
            Told::Ban(key, revision, value) => self.replica.handle_ban(&key, revision, value.as_deref()),
            Told::AuditEntry(value) => self.replica.handle_audit_entry(&value),
            Told::Answer(number, answer) => self.replica.handle_answer(Instant::now(), number, answer),
        }
    }

    fn look_at_connection(&mut self) {
        let Some(ConnectionChange { is_connected, .. }) = self.connection.look() else { return };
        self.end();
        if is_connected {
            // An earlier watch may have missed updates.
            self.begin();
        }
    }

    fn begin(&mut self) {
        let (tell, told) = mpsc::channel(TOLD);
        let store = SharedStore::new(self.connection.client().clone(), &self.subjects, self.replicas);
        let followers = [Replicated::Bans, Replicated::Audit].map(|kind| {
            let follow = follower::follow(store.clone(), kind, self.place.clone(), tell.clone());
            spawn_local(follow).abort_handle()
        });
        self.link = Some(Link { store, tell, told, followers: followers.into(), asked: Rc::default() });
    }

    fn end(&mut self) {
        if let Some(link) = self.link.take() {
            link.followers.iter().for_each(AbortHandle::abort);
            self.replica.handle_lost();
        }
    }
}

/// The next message from the store; waits forever while the store cannot be reached.
async fn next(link: &mut Option<Link>) -> Told {
    let told = match link {
        Some(link) => link.told.recv().await,
        None => None,
    };
    match told {
        Some(told) => told,
        None => std::future::pending().await,
    }
}
