//! The bucket of bans and the stream of the audit log: how they are created and written.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use async_nats::header::{NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_ID, NATS_MESSAGE_TTL};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::stream::{Config, LastRawMessageErrorKind, Stream};
use async_nats::jetstream::{self, Context, Message};
use async_nats::{Client, HeaderMap};
use tokio::sync::mpsc::Sender;
use tracing::debug;

use crate::nats::streams::{self, KV_OPERATION, is_deletion};
use crate::nats::subjects::{self, Subjects};
use crate::placement::{Revision, StoreAnswer};
use crate::{ReplicaChange, ReplicaRequest, Replicated};

/// The timeout of requests to the store; a copy asks again after a second.
const PATIENCE: Duration = Duration::from_secs(2);
/// A longer record is rejected.
const RECORD_BYTES_MAX: i32 = 64 << 10;
/// The size limit of the bucket.
const BANS_BYTES_MAX: i64 = 128 << 20;
/// The limits of the audit log in bytes and in entries; the oldest entries are removed first.
const AUDIT_BYTES_MAX: i64 = 64 << 20;
pub(super) const AUDIT_ENTRIES_MAX: i64 = 100_000;
/// And in age, in days.
const AUDIT_DAYS: u64 = 365;
/// How long it stays visible that a record was removed.
const MARKED_FOR: Duration = Duration::from_hours(24);
/// How long the log knows by its name that it has an entry. A node that was away for longer reads first what it has.
const KNOWN_FOR: Duration = Duration::from_hours(24);

/// A message from the store.
#[derive(Debug)]
pub(super) enum Told {
    Begun(Replicated),
    CaughtUp(Replicated),
    Ban(String, Option<Revision>, Option<Vec<u8>>),
    AuditEntry(Vec<u8>),
    Answer(u64, StoreAnswer),
}

/// The records that the nodes of one cluster share.
#[derive(Clone)]
pub(super) struct SharedStore {
    client: Client,
    context: Context,
    replicas: usize,
    bucket: String,
    log: String,
    /// Before the keys of the bucket.
    prefix: String,
    audit: String,
    /// The bucket's stream, once it was opened.
    bans: Rc<RefCell<Option<Stream>>>,
}

impl SharedStore {
    pub(super) fn new(client: Client, subjects: &Subjects, replicas: usize) -> Self {
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        Self {
            client,
            context,
            replicas,
            bucket: subjects.bans.clone(),
            log: subjects.log.clone(),
            prefix: format!("$KV.{}.", subjects.bans),
            audit: subjects.audit.to_string(),
            bans: Rc::default(),
        }
    }

    /// The stream of these records, which is made if there is none.
    pub(super) async fn open(&self, kind: Replicated) -> Result<Stream, async_nats::Error> {
        match kind {
            Replicated::Bans => {
                let store = streams::open_bucket(&self.context, &self.bucket, self.bucket_config()).await?;
                *self.bans.borrow_mut() = Some(store.stream.clone());
                Ok(store.stream)
            }
            Replicated::Audit => streams::open_stream(&self.context, self.log_config()).await,
        }
    }

    fn bucket_config(&self) -> Config {
        Config {
            max_message_size: RECORD_BYTES_MAX,
            max_bytes: BANS_BYTES_MAX,
            ..streams::bucket(&self.bucket, "Bans of Consonance", self.replicas)
        }
    }

    fn log_config(&self) -> Config {
        Config {
            name: self.log.clone(),
            description: Some("Audit log of Consonance".to_owned()),
            subjects: vec![self.audit.clone()],
            max_bytes: AUDIT_BYTES_MAX,
            max_messages: AUDIT_ENTRIES_MAX,
            max_age: Duration::from_hours(24 * AUDIT_DAYS),
            max_message_size: 2 * RECORD_BYTES_MAX,
            duplicate_window: KNOWN_FOR,
            num_replicas: self.replicas,
            ..streams::lasting()
        }
    }

    pub(super) fn new_inbox(&self) -> String {
        self.client.new_inbox()
    }

    /// The subjects of these records.
    pub(super) fn filter(&self, kind: Replicated) -> String {
        match kind {
            Replicated::Bans => format!("{}>", self.prefix),
            Replicated::Audit => self.audit.clone(),
        }
    }

    /// Carries out a request and tells its answer.
    pub(super) async fn carry_out(&self, request: ReplicaRequest, tell: &Sender<Told>) {
        let ReplicaRequest { number, change } = request;
        let done = match change {
            ReplicaChange::PutBan { key, over, value } => self.put(&key, over, value, tell).await,
            ReplicaChange::RemoveBan { key, revision } => self.remove(&key, revision).await,
            ReplicaChange::AppendAuditEntry { id, value } => self.append(&id, value).await,
        };
        let answer = done.unwrap_or_else(|error| {
            debug!(%error, "the store of records cannot say");
            StoreAnswer::Unavailable
        });
        let _ = tell.send(Told::Answer(number, answer)).await;
    }

    async fn put(
        &self,
        key: &str,
        over: Option<Revision>,
        value: Vec<u8>,
        tell: &Sender<Told>,
    ) -> Result<StoreAnswer, async_nats::Error> {
        let Revision(over) = over.unwrap_or(Revision(0));
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, over.to_string());
        let subject = format!("{}{key}", self.prefix);
        let published = self.context.publish_with_headers(subject, headers, value.into()).await?;
        match published.await {
            Ok(ack) => Ok(StoreAnswer::Done(Revision(ack.sequence))),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
                self.tell_record(key, tell).await?;
                Ok(StoreAnswer::Conflict)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Reports the current value of a key.
    async fn tell_record(&self, key: &str, tell: &Sender<Told>) -> Result<(), async_nats::Error> {
        let Some(stream) = self.bans.borrow().clone() else { return Ok(()) };
        let found = stream.get_last_raw_message_by_subject(&format!("{}{key}", self.prefix)).await;
        let told = match found {
            Ok(message) => {
                let value = (!is_deletion(&message.headers)).then(|| message.payload.to_vec());
                Told::Ban(key.to_owned(), Some(Revision(message.sequence)), value)
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                Told::Ban(key.to_owned(), None, None)
            }
            Err(error) => return Err(error.into()),
        };
        Ok(tell.send(told).await?)
    }

    /// Removes a record. What is left of it is gone after [`MARKED_FOR`], or stays at NATS servers before 2.11: to be
    /// allowed to remove it at once is to be allowed to remove everything.
    async fn remove(
        &self,
        key: &str,
        Revision(revision): Revision,
    ) -> Result<StoreAnswer, async_nats::Error> {
        let Some(stream) = self.bans.borrow().clone() else { return Ok(StoreAnswer::Unavailable) };
        let mut headers = HeaderMap::new();
        headers.insert(KV_OPERATION, "DEL");
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, revision.to_string());
        if stream.cached_info().config.allow_message_ttl {
            headers.insert(NATS_MESSAGE_TTL, MARKED_FOR.as_secs().to_string());
        }
        let subject = format!("{}{key}", self.prefix);
        let published = self.context.publish_with_headers(subject, headers, "".into()).await?;
        match published.await {
            Ok(ack) => Ok(StoreAnswer::Done(Revision(ack.sequence))),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(StoreAnswer::Conflict),
            Err(error) => Err(error.into()),
        }
    }

    async fn append(&self, id: &str, value: Vec<u8>) -> Result<StoreAnswer, async_nats::Error> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, subjects::key(id));
        let published = self.context.publish_with_headers(self.audit.clone(), headers, value.into()).await?;
        Ok(StoreAnswer::Done(Revision(published.await?.sequence)))
    }
}

/// Reads a message of a stream.
pub(super) fn news_of(
    store: &SharedStore,
    kind: Replicated,
    message: &Message,
    sequence: u64,
) -> Option<Told> {
    Some(match kind {
        Replicated::Audit => Told::AuditEntry(message.payload.to_vec()),
        Replicated::Bans => {
            let key = message.subject.strip_prefix(&*store.prefix)?.to_owned();
            let is_deletion = message.headers.as_ref().is_some_and(is_deletion);
            let value = (!is_deletion).then(|| message.payload.to_vec());
            Told::Ban(key, Some(Revision(sequence)), value)
        }
    })
}
