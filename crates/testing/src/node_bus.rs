//! A bus and a store between nodes of one process, on a thread of their own.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use consonance_cluster::placement::{
    NodeId, Revision, SessionRecord, StoreAnswer, StoreChange, StoreRequest,
};
use consonance_cluster::{ClusterNode, NodeEvent, Publication};

/// What nodes are joined by.
pub struct NodeBus {
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    nodes: Vec<Node>,
    store: Store,
    /// The node that is parted from the others and from the store, and hears itself still.
    parted: Option<usize>,
    is_over: bool,
}

struct Node {
    id: NodeId,
    cluster: ClusterNode,
    tell: Box<dyn FnMut(NodeEvent) + Send>,
    /// Whether it has a bus.
    is_joined: bool,
    told: Vec<NodeEvent>,
}

#[derive(Default)]
struct Store {
    records: BTreeMap<Box<str>, (SessionRecord, Revision)>,
    /// What changed, in order; each node is told all of it.
    changes: Vec<(Box<str>, Option<SessionRecord>, Revision)>,
    revision: u64,
}

impl NodeBus {
    /// It runs until it is dropped.
    #[expect(clippy::new_without_default, reason = "it starts a thread")]
    pub fn new() -> Self {
        let shared = Arc::<Mutex<Shared>>::default();
        let of_thread = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !of_thread.lock().unwrap().is_over {
                of_thread.lock().unwrap().run_once(Instant::now());
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { shared, thread: Some(thread) }
    }

    /// One more node, which tells what it learns; its number here.
    pub fn join(
        &self,
        id: NodeId,
        cluster: ClusterNode,
        tell: impl FnMut(NodeEvent) + Send + 'static,
    ) -> usize {
        let nodes = &mut self.shared.lock().unwrap().nodes;
        nodes.push(Node { id, cluster, tell: Box::new(tell), is_joined: true, told: Vec::new() });
        nodes.len() - 1
    }

    /// Takes a node's bus away, or gives it back.
    pub fn set_joined(&self, node: usize, is_joined: bool) {
        let node = &mut self.shared.lock().unwrap().nodes[node];
        node.is_joined = is_joined;
        node.cluster.handle_bus(Instant::now(), is_joined);
    }

    /// A node dies without a word: nothing comes from it, and it learns nothing.
    pub fn silence(&self, node: usize) {
        self.shared.lock().unwrap().nodes[node].is_joined = false;
    }

    /// Parts a node from the others and from the store; it has a bus still, with nothing else on it.
    pub(crate) fn part(&self, node: usize) {
        self.shared.lock().unwrap().parted = Some(node);
    }

    /// All nodes are together again, and learn what has changed.
    pub(crate) fn heal(&self) {
        let parted = self.shared.lock().unwrap().parted.take();
        parted.into_iter().for_each(|node| self.awake(node));
    }

    /// It was asleep: it learns what has changed, late.
    pub fn awake(&self, node: usize) {
        let mut shared = self.shared.lock().unwrap();
        shared.nodes[node].is_joined = true;
        let Shared { nodes, store, .. } = &mut *shared;
        for (name, (record, revision)) in &store.records {
            nodes[node].cluster.handle_record(Instant::now(), name, *record, *revision);
        }
    }

    /// What a node has learnt.
    pub fn told(&self, node: usize) -> Vec<NodeEvent> {
        self.shared.lock().unwrap().nodes[node].told.clone()
    }

    /// Which node owns a session, as the store has it.
    pub fn owner(&self, session: &str) -> Option<usize> {
        let shared = self.shared.lock().unwrap();
        let (record, _) = shared.store.records.get(session)?;
        shared.nodes.iter().position(|node| node.id == record.owner)
    }
}

impl Drop for NodeBus {
    fn drop(&mut self) {
        self.shared.lock().unwrap().is_over = true;
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}

impl Shared {
    fn run_once(&mut self, now: Instant) {
        for index in 0..self.nodes.len() {
            self.run_node(now, index);
        }
        for (name, record, revision) in std::mem::take(&mut self.store.changes) {
            let parted = self.parted;
            let nodes = self.nodes.iter_mut().enumerate().filter(|(index, _)| parted != Some(*index));
            for (_, node) in nodes.filter(|(_, node)| node.is_joined) {
                match record {
                    Some(record) => node.cluster.handle_record(now, &name, record, revision),
                    None => node.cluster.handle_no_record(now, &name, revision),
                }
            }
        }
    }

    fn run_node(&mut self, now: Instant, index: usize) {
        let Self { nodes, store, parted, .. } = self;
        let (is_joined, is_parted) = (nodes[index].is_joined, *parted == Some(index));
        nodes[index].cluster.handle_timeout(now);
        let mut published = Vec::new();
        while let Some(publication) = nodes[index].cluster.poll_publish(now) {
            published.push(match publication {
                Publication::Beat(bytes) => (0, None, bytes.to_vec()),
                Publication::Announcement(bytes) => (1, None, bytes.to_vec()),
                Publication::Bundle(to, bytes) => (2, Some(to), bytes.to_vec()),
                Publication::Letter(to, bytes) => (3, Some(to), bytes.to_vec()),
            });
        }
        for (kind, to, bytes) in published.into_iter().filter(|_| is_joined) {
            let reached = nodes.iter_mut().enumerate().filter(|(other, node)| {
                let is_on_this_side = is_parted == (*parted == Some(*other));
                node.is_joined && is_on_this_side && to.is_none_or(|to| to == node.id)
            });
            for (_, node) in reached {
                let handled = match kind {
                    0 => node.cluster.handle_beat(now, &bytes),
                    1 => node.cluster.handle_announcement(now, &bytes),
                    2 => node.cluster.handle_bundle(now, &bytes),
                    _ => node.cluster.handle_letter(now, &bytes),
                };
                handled.unwrap();
            }
        }
        let node = &mut nodes[index];
        while let Some(request) = node.cluster.poll_request() {
            let answer = if is_joined && !is_parted { store.ask(&request) } else { StoreAnswer::Unavailable };
            node.cluster.handle_answer(now, request.number, answer);
        }
        while let Some(event) = node.cluster.poll_event() {
            node.told.push(event.clone());
            (node.tell)(event);
        }
    }
}

impl Store {
    fn ask(&mut self, request: &StoreRequest) -> StoreAnswer {
        let present = self.records.get(&request.name).copied();
        let is_present = |revision| present.is_some_and(|(_, present)| present == revision);
        let record = match request.change {
            StoreChange::Create(record) if present.is_none() => Some(record),
            StoreChange::Replace(record, revision) if is_present(revision) => Some(record),
            StoreChange::Remove(revision) if is_present(revision) => None,
            StoreChange::Read => {
                self.changes.extend(present.map(|(record, at)| (request.name.clone(), Some(record), at)));
                return StoreAnswer::Done(Revision(self.revision));
            }
            _ => return StoreAnswer::Conflict,
        };
        self.revision += 1;
        let revision = Revision(self.revision);
        match record {
            Some(record) => self.records.insert(request.name.clone(), (record, revision)),
            None => self.records.remove(&request.name),
        };
        self.changes.push((request.name.clone(), record, revision));
        StoreAnswer::Done(revision)
    }
}
