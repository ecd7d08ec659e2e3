//! Nodes with a store between them, in simulated time: messages are delayed, duplicated, or lost with the link.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use consonance_cluster::placement::{NodeId, Revision, StoreAnswer};
use consonance_cluster::{ReplicaChange, ReplicaRequest};
use consonance_link::split_mix::{STEP, mixed};

use super::super::{AuditFeed, BanReplica, Numbers, StoredVersion};
use crate::audit::{AuditEntry, AuditLog, AuditQuery};
use crate::bans::{Ban, BanTarget, Bans};
use crate::store::{Change, Table};

pub(super) const START_MS: u64 = 1_764_222_222_000;
pub(super) const BANS_MAX: usize = 1_000;

pub(super) struct World {
    pub(super) nodes: Vec<Node>,
    /// The record of each key in the bucket; `None` if it was deleted.
    pub(super) bucket: BTreeMap<Box<str>, (Revision, Option<Vec<u8>>)>,
    pub(super) log: Vec<(Box<str>, Vec<u8>)>,
    /// The number of last entries among which the log recognises duplicates.
    pub(super) window: usize,
    pub(super) now_ms: u64,
    /// Records that were put so far.
    pub(super) puts: usize,
    start: Instant,
    revision: u64,
    seed: u64,
}

pub(super) struct Node {
    number: u64,
    pub(super) bans: Bans,
    pub(super) replica: BanReplica,
    pub(super) audit: AuditLog,
    pub(super) feed: AuditFeed,
    numbers: Numbers,
    disk: BTreeMap<(Table, String), String>,
    pub(super) is_linked: bool,
    inbox: VecDeque<Message>,
    next_request: u64,
    /// How far the node's clock is behind, in ms.
    pub(super) clock_behind_ms: u64,
}

#[derive(Clone)]
enum Message {
    Begun,
    Ban(Box<str>, Option<Revision>, Option<Vec<u8>>),
    Entry(Vec<u8>),
    CaughtUp,
    Answer(u64, StoreAnswer),
}

impl World {
    pub(super) fn new(nodes: u64, seed: u64) -> Self {
        Self {
            nodes: (1..=nodes).map(|number| Node::start(number, BTreeMap::new(), 0, 0, START_MS)).collect(),
            bucket: BTreeMap::new(),
            log: Vec::new(),
            window: usize::MAX,
            now_ms: START_MS,
            puts: 0,
            start: Instant::now(),
            revision: 0,
            seed,
        }
    }

    /// A random number below this.
    pub(super) fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(STEP);
        mixed(self.seed) % below
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.now_ms - START_MS)
    }

    pub(super) fn ban(&mut self, node: usize, target: BanTarget, until: Option<u64>) -> u64 {
        let now_ms = self.now_ms;
        let Node { bans, replica, clock_behind_ms, .. } = &mut self.nodes[node];
        let now_ms = now_ms - *clock_behind_ms;
        let since = now_ms / 1000;
        let ban =
            Ban { id: 0, target, session: None, reason: String::new(), by: "test".into(), since, until };
        let id = replica.add(now_ms, bans, ban).id;
        self.nodes[node].write();
        id
    }

    pub(super) fn pardon(&mut self, node: usize, id: u64) -> bool {
        let is_done = self.pardon_silently(node, id);
        if is_done {
            let now_ms = self.now_ms;
            self.nodes[node].note_unban(now_ms, id);
        }
        is_done
    }

    /// Takes a ban back without an entry of the audit log.
    pub(super) fn pardon_silently(&mut self, node: usize, id: u64) -> bool {
        let now_ms = self.now_ms;
        let Node { bans, replica, clock_behind_ms, .. } = &mut self.nodes[node];
        let is_done = replica.pardon(now_ms - *clock_behind_ms, bans, id).is_some();
        self.nodes[node].write();
        is_done
    }

    /// The log gets an entry that a ban was taken back; every linked node is told.
    pub(super) fn note_unban(&mut self, id: u64) {
        let mut entry = entry(id, self.now_ms / 1000, "elsewhere", "");
        make_unban(&mut entry, id);
        let value = serde_json::to_vec(&entry).unwrap();
        self.log.push((id.to_string().into(), value.clone()));
        for node in self.nodes.iter_mut().filter(|node| node.is_linked) {
            node.inbox.push_back(Message::Entry(value.clone()));
        }
    }

    pub(super) fn note(&mut self, node: usize, target: &str) {
        let now_ms = self.now_ms;
        let Node { audit, feed, numbers, .. } = &mut self.nodes[node];
        audit.push(entry(numbers.next(now_ms), now_ms / 1000, feed.node(), target));
    }

    /// Connects a node to the store, which then sends everything that it has.
    pub(super) fn link(&mut self, node: usize) {
        let Self { nodes, bucket, log, .. } = self;
        let node = &mut nodes[node];
        node.is_linked = true;
        node.inbox.clear();
        node.inbox.push_back(Message::Begun);
        for (key, (revision, value)) in bucket {
            node.inbox.push_back(Message::Ban(key.clone(), Some(*revision), value.clone()));
        }
        node.inbox.extend(log.iter().map(|(_, value)| Message::Entry(value.clone())));
        node.inbox.push_back(Message::CaughtUp);
    }

    pub(super) fn cut(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        node.is_linked = false;
        node.inbox.clear();
        node.replica.handle_lost();
        node.feed.handle_lost();
    }

    /// Restarts a node with the contents of its disk.
    pub(super) fn restart(&mut self, node: usize) {
        let Node { number, disk, replica, feed, audit, .. } = &mut self.nodes[node];
        let (number, disk) = (*number, std::mem::take(disk));
        let (heard_ms, published) = (replica.heard_ms(), feed.published());
        let audit = std::mem::take(audit);
        self.nodes[node] = Node::start(number + 100, disk, heard_ms, published, self.now_ms);
        self.nodes[node].audit = audit;
    }

    /// Delivers the next message to a node, once or twice.
    pub(super) fn deliver(&mut self, node: usize, is_twice: bool) {
        let Some(message) = self.nodes[node].inbox.pop_front() else { return };
        let (now, now_ms) = (self.now(), self.now_ms - self.nodes[node].clock_behind_ms);
        let is_answer = matches!(message, Message::Answer(..));
        if is_twice && !is_answer {
            self.nodes[node].take(now, now_ms, message.clone());
        }
        self.nodes[node].take(now, now_ms, message);
    }

    /// Sends a node's pending requests to the store. A request or its answer may be lost. Returns the number of
    /// requests.
    pub(super) fn ask(&mut self, node: usize, loss: impl Fn(&mut Self) -> u64) -> usize {
        let now = self.now();
        let mut asked = 0;
        while let Some(ReplicaRequest { number, change }) = self.nodes[node].poll(now, self.now_ms) {
            asked += 1;
            let fate = loss(self);
            if fate == 1 {
                self.nodes[node].inbox.push_back(Message::Answer(number, StoreAnswer::Unavailable));
                continue;
            }
            let answer = self.carry_out(node, change);
            let answer = if fate == 2 { StoreAnswer::Unavailable } else { answer };
            self.nodes[node].inbox.push_back(Message::Answer(number, answer));
        }
        asked
    }

    fn carry_out(&mut self, node: usize, change: ReplicaChange) -> StoreAnswer {
        match change {
            ReplicaChange::PutBan { key, over, value } => {
                let there = self.bucket.get(&key);
                if there.map(|(revision, _)| *revision) != over {
                    let (revision, value) =
                        there.map_or((None, None), |(revision, value)| (Some(*revision), value.clone()));
                    self.nodes[node].inbox.push_back(Message::Ban(key, revision, value));
                    return StoreAnswer::Conflict;
                }
                StoreAnswer::Done(self.put(&key, Some(&value)))
            }
            ReplicaChange::RemoveBan { revision, .. } => {
                self.bucket.retain(|_, (there, _)| *there != revision);
                StoreAnswer::Done(revision)
            }
            ReplicaChange::AppendAuditEntry { id, value } => {
                let known = self.log.len().saturating_sub(self.window);
                if !self.log[known..].iter().any(|(there, _)| *there == id) {
                    self.log.push((id, value.clone()));
                    for node in self.nodes.iter_mut().filter(|node| node.is_linked) {
                        node.inbox.push_back(Message::Entry(value.clone()));
                    }
                }
                StoreAnswer::Done(Revision(0))
            }
        }
    }

    /// Writes to the bucket; every linked node is told.
    pub(super) fn put(&mut self, key: &str, value: Option<&[u8]>) -> Revision {
        self.revision += 1;
        self.puts += 1;
        let revision = Revision(self.revision);
        let value = value.map(<[u8]>::to_vec);
        self.bucket.insert(key.into(), (revision, value.clone()));
        for node in self.nodes.iter_mut().filter(|node| node.is_linked) {
            node.inbox.push_back(Message::Ban(key.into(), Some(revision), value.clone()));
        }
        revision
    }

    /// Links all nodes and delivers everything without loss.
    pub(super) fn settle(&mut self) {
        for node in 0..self.nodes.len() {
            self.link(node);
        }
        self.run(20);
    }

    /// Delivers all pending messages, in this number of rounds.
    pub(super) fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            self.now_ms += 1_000;
            for node in 0..self.nodes.len() {
                while !self.nodes[node].inbox.is_empty() {
                    self.deliver(node, false);
                }
                let now_ms = self.now_ms - self.nodes[node].clock_behind_ms;
                self.nodes[node].clear_away(now_ms);
                if self.nodes[node].is_linked {
                    self.ask(node, |_| 0);
                }
            }
        }
    }

    /// The bans that a node has, by number.
    pub(super) fn held(&self, node: usize) -> Vec<Ban> {
        self.nodes[node].bans.list(0, 0, usize::MAX)
    }
}

impl Node {
    fn start(
        number: u64,
        disk: BTreeMap<(Table, String), String>,
        heard_ms: u64,
        published: u64,
        now_ms: u64,
    ) -> Self {
        let (mut bans, mut versions) = (Bans::default(), Vec::new());
        for ((table, key), value) in &disk {
            match table {
                Table::Bans => bans.restore(serde_json::from_str(value).unwrap()),
                _ => versions.push((StoredVersion::id(key).unwrap(), serde_json::from_str(value).unwrap())),
            }
        }
        let mut replica = BanReplica::new(NodeId(number), heard_ms);
        replica.restore(now_ms, &mut bans, &versions);
        let mut node = Self {
            number,
            bans,
            replica,
            audit: AuditLog::default(),
            feed: AuditFeed::new(&format!("node {}", number % 100), published),
            numbers: Numbers::new(NodeId(number)),
            disk,
            is_linked: false,
            inbox: VecDeque::new(),
            next_request: 0,
            clock_behind_ms: 0,
        };
        node.write();
        node
    }

    fn write(&mut self) {
        for Change { table, key, value } in self.replica.take_changes(&self.bans) {
            match value {
                Some(value) => drop(self.disk.insert((table, key), value)),
                None => drop(self.disk.remove(&(table, key))),
            }
        }
    }

    fn take(&mut self, now: Instant, now_ms: u64, message: Message) {
        let Self { replica, bans, feed, audit, .. } = self;
        match message {
            Message::Begun => {
                replica.handle_begun();
                feed.handle_begun();
            }
            Message::Ban(key, revision, value) => {
                replica.handle_record(now_ms, bans, BANS_MAX, (&key, revision, value.as_deref()));
            }
            Message::Entry(value) => {
                if let Some(id) = feed.handle_entry(audit, &value) {
                    replica.handle_lifted(now_ms, bans, BANS_MAX, id);
                }
            }
            Message::CaughtUp => {
                replica.handle_caught_up(now_ms, bans);
                feed.handle_caught_up();
            }
            Message::Answer(number, answer) => {
                replica.handle_answer(now, number, answer);
                feed.handle_answer(now, number, answer);
            }
        }
        self.write();
    }

    fn poll(&mut self, now: Instant, now_ms: u64) -> Option<ReplicaRequest> {
        let number = self.next_request;
        self.next_request += 1;
        for id in self.replica.take_without_entry(now, self.feed.is_caught_up()) {
            self.note_unban(now_ms, id);
        }
        let request = self.replica.poll_request(now, &self.bans, number, self.feed.is_caught_up());
        let request = request.or_else(|| self.feed.poll_request(now, &self.audit, number));
        if request.is_none() {
            let times = [self.replica.poll_timeout(), self.feed.poll_timeout()];
            assert!(times.into_iter().flatten().all(|at| at > now), "a node without a request waits");
        }
        self.write();
        request
    }

    pub(super) fn clear_away(&mut self, now_ms: u64) {
        for id in self.bans.ended(now_ms / 1000) {
            self.bans.remove(id);
            self.disk.remove(&(Table::Bans, crate::store::number_key(id)));
        }
        self.replica.clear_away(now_ms);
        self.write();
    }

    fn note_unban(&mut self, now_ms: u64, id: u64) {
        let mut entry = entry(self.numbers.next(now_ms), now_ms / 1000, self.feed.node(), "");
        make_unban(&mut entry, id);
        self.audit.push(entry);
    }

    /// Operators and their actions, the newest first.
    pub(super) fn audit_targets(&self) -> Vec<String> {
        let page = self.audit.page(&AuditQuery::default(), Some(&self.feed.others));
        page.entries.into_iter().map(|entry| format!("{}: {}", entry.node.unwrap(), entry.target)).collect()
    }
}

fn make_unban(entry: &mut AuditEntry, id: u64) {
    (entry.action, entry.details) = (AuditEntry::UNBAN.into(), AuditEntry::details_of_unban(id));
}

pub(super) fn entry(id: u64, at: u64, node: &str, target: &str) -> AuditEntry {
    AuditEntry {
        id,
        at,
        by: "Ann".into(),
        action: "ban".into(),
        session: None,
        target: target.into(),
        details: String::new(),
        reason: String::new(),
        result: "holds".into(),
        node: Some(node.into()),
        by_player: false,
    }
}
