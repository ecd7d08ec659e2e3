//! The bucket of sessions: requests with a response each, and a feed of changes.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::kv::{Entry, Operation, Store};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use async_nats::jetstream::{self, Context};
use async_nats::{Client, HeaderMap};
use futures_util::StreamExt as _;
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;
use tracing::{debug, warn};

use crate::nats::bucket_state::BucketState;
use crate::nats::counters::NatsCounters;
use crate::nats::records;
use crate::nats::streams;
use crate::nats::subjects::Keys;
use crate::placement::{Revision, SessionRecord, StoreAnswer, StoreChange, StoreRequest};

/// The timeout of requests to the store; a node asks again after a second.
const PATIENCE: Duration = Duration::from_secs(2);
/// The time between two questions to the store whether it is there.
const PROBE: Duration = Duration::from_secs(1);
/// The delay between attempts to reach a store that cannot be reached.
const RETRY: Duration = Duration::from_millis(200);

/// A message from the bucket.
#[derive(Debug)]
pub(crate) enum Told {
    /// The response to a request.
    Answer(u64, StoreAnswer),
    /// The current record of a session.
    Record(String, SessionRecord, Revision),
    /// The record of this session is gone.
    NoRecord(String, Revision),
    /// The bucket was created anew; its records follow.
    NewStore,
}

/// The bucket of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    context: Context,
    name: String,
    keys: Keys,
    replicas: usize,
    state: Rc<BucketState>,
}

impl Bucket {
    pub(crate) fn new(client: Client, name: &str, keys: Keys, replicas: usize) -> Self {
        let mut context = jetstream::new(client);
        context.set_timeout(PATIENCE);
        Self { context, name: name.to_owned(), keys, replicas, state: Rc::default() }
    }

    /// Reports all records, and then each change, until the receiver is dropped.
    pub(crate) async fn watch(self, told: Sender<Told>) {
        loop {
            if let Err(error) = self.watch_once(&told).await {
                debug!(%error, "the store of sessions cannot be watched");
            }
            if told.is_closed() {
                return;
            }
            sleep(RETRY).await;
        }
    }

    async fn watch_once(&self, told: &Sender<Told>) -> Result<(), async_nats::Error> {
        // Before it is opened, so that none is missed.
        let mut replaced = pin!(self.state.replaced());
        let store = self.open().await?;
        if self.state.watch(&store) {
            told.send(Told::NewStore).await?;
        }
        let mut changes = store.watch_with_history(self.keys.pattern()).await?;
        loop {
            let entry = tokio::select! {
                biased;
                () = &mut replaced => return Ok(()),
                entry = changes.next() => entry,
            };
            let Some(entry) = entry else { return Ok(()) };
            if let Some(news) = self.news(&entry?) {
                told.send(news).await?;
            }
        }
    }

    fn news(&self, entry: &Entry) -> Option<Told> {
        let name = self.keys.session(&entry.key)?;
        let revision = Revision(entry.revision);
        match (entry.operation, records::read(&entry.value)) {
            (Operation::Put, Some(record)) => Some(Told::Record(name, record, revision)),
            (Operation::Put, None) => {
                warn!(session = name, "unreadable record in the store of sessions");
                None
            }
            (Operation::Delete | Operation::Purge, _) => Some(Told::NoRecord(name, revision)),
        }
    }

    /// Asks the store of sessions again and again whether it is there, and notes the answer.
    pub(crate) async fn probe(self, counters: NatsCounters) {
        loop {
            let looked = self.look().await;
            counters.set_store_answers(looked.is_ok());
            self.state.tell(looked);
            sleep(PROBE).await;
        }
    }

    async fn look(&self) -> Result<(), async_nats::Error> {
        let store = self.open().await?;
        if !streams::is_still(&self.context, &store.stream).await? {
            self.state.replace().await;
            self.open().await?;
        }
        Ok(())
    }

    /// Carries out a request and tells its answer.
    pub(crate) async fn ask(self, request: StoreRequest, told: Sender<Told>) {
        let StoreRequest { number, name, change } = request;
        let answer = match change {
            StoreChange::Create(record) => self.create(&name, &record).await,
            StoreChange::Replace(record, revision) => self.write(&name, Some(&record), revision).await,
            StoreChange::Remove(revision) => self.write(&name, None, revision).await,
            StoreChange::Read => self.read(&name, &told).await,
        };
        let answer = answer.unwrap_or_else(|error| {
            debug!(session = %name, %error, "the store of sessions cannot say");
            StoreAnswer::Unavailable
        });
        let _ = told.send(Told::Answer(number, answer)).await;
    }

    async fn create(&self, name: &str, record: &SessionRecord) -> Result<StoreAnswer, async_nats::Error> {
        let answer = self.write(name, Some(record), Revision::NONE).await?;
        if answer != StoreAnswer::Conflict {
            return Ok(answer);
        }
        // What is left of a removed record is no record.
        match self.last(name).await? {
            Some(last) if streams::is_deletion(&last.headers) => {
                self.write(name, Some(record), Revision(last.sequence)).await
            }
            _ => Ok(StoreAnswer::Conflict),
        }
    }

    /// Writes a record, or that there is none, over the one of this revision.
    async fn write(
        &self,
        name: &str,
        record: Option<&SessionRecord>,
        Revision(over): Revision,
    ) -> Result<StoreAnswer, async_nats::Error> {
        let subject = self.subject(&self.open().await?, name);
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, over.to_string());
        if record.is_none() {
            headers.insert(streams::KV_OPERATION, "DEL");
        }
        let value = record.map(records::write).unwrap_or_default();
        let published = self.context.publish_with_headers(subject, headers, value.into()).await?;
        match published.await {
            Ok(ack) => Ok(StoreAnswer::Done(Revision(ack.sequence))),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(StoreAnswer::Conflict),
            Err(error) => Err(error.into()),
        }
    }

    async fn read(&self, name: &str, told: &Sender<Told>) -> Result<StoreAnswer, async_nats::Error> {
        let Some(last) = self.last(name).await? else { return Ok(StoreAnswer::Unavailable) };
        let revision = Revision(last.sequence);
        let news = if streams::is_deletion(&last.headers) {
            Told::NoRecord(name.to_owned(), revision)
        } else if let Some(record) = records::read(&last.payload) {
            Told::Record(name.to_owned(), record, revision)
        } else {
            return Ok(StoreAnswer::Unavailable);
        };
        let _ = told.send(news).await;
        Ok(StoreAnswer::Done(revision))
    }

    /// The last message about a session, from the leader of the stream. A direct request to its replicas would be
    /// faster, but what it is answered may be old, and may be sent to any subject: see
    /// [`NatsPermissions`](crate::nats::NatsPermissions).
    async fn last(&self, name: &str) -> Result<Option<StreamMessage>, async_nats::Error> {
        let store = self.open().await?;
        match store.stream.get_last_raw_message_by_subject(&self.subject(&store, name)).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn subject(&self, store: &Store, name: &str) -> String {
        format!("{}{}", store.prefix, self.keys.of(name))
    }

    /// The bucket, which is made if there is none.
    async fn open(&self) -> Result<Store, async_nats::Error> {
        let stream = streams::bucket(&self.name, "Owners of the sessions of Consonance", self.replicas);
        self.state.open(streams::open_bucket(&self.context, &self.name, stream)).await
    }
}
