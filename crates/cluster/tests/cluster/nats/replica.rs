//! Data that nodes share, on real NATS servers: `cargo xtask check cluster` runs these tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod account;
mod permissions;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_cluster::nats::{NatsReplica, NatsSettings};
use consonance_cluster::placement::{NodeId, Revision, StoreAnswer};
use consonance_cluster::{Replica, ReplicaChange, ReplicaRequest, Replicated};
use consonance_testing::nats::NatsServer;

const PATIENCE: Duration = Duration::from_secs(20);

/// A copy that makes the test's requests and records what it is told.
#[derive(Clone, Default)]
struct Copy(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    wanted: VecDeque<ReplicaRequest>,
    bans: BTreeMap<String, (Option<Revision>, Option<Vec<u8>>)>,
    log: Vec<Vec<u8>>,
    caught_up: Vec<Replicated>,
    answers: BTreeMap<u64, StoreAnswer>,
    begun: usize,
    lost: usize,
    waker: Option<Waker>,
}

impl Replica for Copy {
    fn handle_begun(&mut self, kind: Replicated) {
        let mut known = self.0.lock().unwrap();
        known.begun += 1;
        known.caught_up.retain(|other| *other != kind);
    }

    fn handle_caught_up(&mut self, kind: Replicated) {
        self.0.lock().unwrap().caught_up.push(kind);
    }

    fn handle_ban(&mut self, key: &str, revision: Option<Revision>, value: Option<&[u8]>) {
        self.0.lock().unwrap().bans.insert(key.to_owned(), (revision, value.map(Into::into)));
    }

    fn handle_audit_entry(&mut self, value: &[u8]) {
        self.0.lock().unwrap().log.push(value.into());
    }

    fn handle_lost(&mut self) {
        let mut known = self.0.lock().unwrap();
        known.caught_up.clear();
        known.lost += 1;
    }

    fn handle_answer(&mut self, _: Instant, number: u64, answer: StoreAnswer) {
        self.0.lock().unwrap().answers.insert(number, answer);
    }

    fn poll_request(&mut self, _: Instant) -> Option<ReplicaRequest> {
        self.0.lock().unwrap().wanted.pop_front()
    }

    fn poll_timeout(&self, now: Instant) -> Instant {
        now + Duration::from_secs(1)
    }

    fn set_waker(&mut self, waker: Waker) {
        self.0.lock().unwrap().waker = Some(waker);
    }
}

impl Copy {
    fn start(&self, number: u64, server: &NatsServer) -> NatsReplica {
        self.start_with(number, NatsSettings::new(vec![server.url().parse().unwrap()], "test"))
    }

    fn start_with(&self, number: u64, settings: NatsSettings) -> NatsReplica {
        let replica = NatsReplica::start(settings, NodeId(number), Box::new(self.clone())).unwrap();
        self.until("all is known", |known| known.caught_up.len() == 2);
        replica
    }

    fn until<T>(&self, what: &str, find: impl Fn(&Known) -> T) -> T
    where
        T: Found,
    {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = find(&self.0.lock().unwrap());
            if found.is_found() {
                return found;
            }
            assert!(Instant::now() < end, "timed out waiting: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ask(&self, number: u64, change: ReplicaChange) -> StoreAnswer {
        let mut known = self.0.lock().unwrap();
        known.wanted.push_back(ReplicaRequest { number, change });
        known.waker.as_ref().unwrap().wake_by_ref();
        drop(known);
        self.until("an answer", |known| known.answers.get(&number).copied()).unwrap()
    }

    fn put(&self, number: u64, over: Option<Revision>, value: &[u8]) -> StoreAnswer {
        self.ask(number, ReplicaChange::PutBan { key: "7".into(), over, value: value.into() })
    }

    fn append(&self, number: u64, id: &str, value: &[u8]) -> StoreAnswer {
        self.ask(number, ReplicaChange::AppendAuditEntry { id: id.into(), value: value.into() })
    }
}

trait Found {
    fn is_found(&self) -> bool;
}

impl Found for bool {
    fn is_found(&self) -> bool {
        *self
    }
}

impl<T> Found for Option<T> {
    fn is_found(&self) -> bool {
        self.is_some()
    }
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_record_is_put_over_the_one_that_was_seen_and_told_where_it_is_another_one() {
    let server = NatsServer::start();
    let (one, other) = (Copy::default(), Copy::default());
    let _replicas = [one.start(1, &server), other.start(2, &server)];
    let StoreAnswer::Done(first) = one.put(0, None, b"first") else { panic!("nothing was there") };
    other.until("the first", |known| known.bans.get("7") == Some(&(Some(first), Some(b"first".to_vec()))));
    assert_eq!(one.put(1, None, b"blind"), StoreAnswer::Conflict);
    let StoreAnswer::Done(second) = other.put(0, Some(first), b"second") else { panic!("it was seen") };
    one.until("the second", |known| known.bans["7"] == (Some(second), Some(b"second".to_vec())));
    one.0.lock().unwrap().bans.clear();
    assert_eq!(one.put(2, Some(first), b"late"), StoreAnswer::Conflict);
    let told = one.0.lock().unwrap().bans["7"].clone();
    assert_eq!(told, (Some(second), Some(b"second".to_vec())), "told before the answer");
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_removed_record_is_gone_for_all_and_a_later_one_stays() {
    let server = NatsServer::start();
    let (one, other) = (Copy::default(), Copy::default());
    let _replica = one.start(1, &server);
    let StoreAnswer::Done(revision) = one.put(0, None, b"first") else { panic!("nothing was there") };
    let remove = |revision| ReplicaChange::RemoveBan { key: "7".into(), revision };
    let StoreAnswer::Done(removed) = one.ask(1, remove(revision)) else { panic!("it was there") };
    let _late = other.start(2, &server);
    assert!(other.0.lock().unwrap().bans.values().all(|(_, value)| value.is_none()));
    assert!(matches!(other.put(0, Some(removed), b"again"), StoreAnswer::Done(_)));
    assert_eq!(one.ask(2, remove(revision)), StoreAnswer::Conflict, "a later record stays");
    assert!(matches!(other.put(1, None, b"blind"), StoreAnswer::Conflict));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn an_entry_of_the_log_is_there_once_however_often_it_is_appended() {
    let server = NatsServer::start();
    let (one, other) = (Copy::default(), Copy::default());
    let _replica = one.start(1, &server);
    for number in 0..3 {
        assert!(matches!(one.append(number, "5-fra 1", b"banned"), StoreAnswer::Done(_)));
    }
    one.append(3, "6-fra 1", b"pardoned");
    let _late = other.start(2, &server);
    for copy in [&one, &other] {
        let log = |known: &Known| known.log == [b"banned".to_vec(), b"pardoned".to_vec()];
        copy.until("the log", log);
    }
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn a_copy_follows_a_store_that_was_away_and_reads_its_log_on() {
    let mut server = NatsServer::start();
    let (one, other) = (Copy::default(), Copy::default());
    let _replicas = [one.start(1, &server), other.start(2, &server)];
    one.append(0, "1", b"before");
    assert!(matches!(one.put(1, None, b"first"), StoreAnswer::Done(_)));
    other.until("the first entry", |known| known.log.len() == 1);
    server.kill();
    one.until("it is lost", |known| known.lost == 1);
    server.restart();
    for copy in [&one, &other] {
        copy.until("all is known again", |known| known.caught_up.len() == 2 && known.lost >= 1);
    }
    one.append(2, "2", b"after");
    other.until("the second entry", |known| known.log == [b"before".to_vec(), b"after".to_vec()]);
    assert_eq!(other.0.lock().unwrap().bans["7"].1.as_deref(), Some(&b"first"[..]));
}

#[test]
#[ignore = "needs a NATS server: cargo xtask check cluster"]
fn copies_share_records_again_after_their_streams_were_deleted() {
    let server = NatsServer::start();
    let (one, other) = (Copy::default(), Copy::default());
    let _replicas = [one.start(1, &server), other.start(2, &server)];
    one.append(0, "1", b"before");
    assert!(matches!(one.put(1, None, b"first"), StoreAnswer::Done(_)));
    other.until("what there was", |known| known.log.len() == 1 && known.bans.len() == 1);
    for stream in ["KV_consonance-v1-test-bans", "consonance-v1-test-audit"] {
        server.delete_stream(stream);
    }
    for copy in [&one, &other] {
        copy.until("they are begun again", |known| known.begun == 4 && known.caught_up.len() == 2);
    }
    assert!(matches!(one.put(2, None, b"second"), StoreAnswer::Done(_)), "the new bucket has none");
    other.until("the second", |known| known.bans["7"].1.as_deref() == Some(b"second"));
    assert!(matches!(one.append(3, "1", b"after"), StoreAnswer::Done(_)));
    other.until("the new log", |known| known.log == [b"before".to_vec(), b"after".to_vec()]);
}
