//! Reads what the store has, and then each change.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::push::OrderedConfig;
use async_nats::jetstream::stream::Info;
use futures_util::StreamExt as _;
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;
use tracing::debug;

use super::shared_store::{AUDIT_ENTRIES_MAX, SharedStore, Told, news_of};
use crate::Replicated;

/// Between tries to reach a store that cannot be reached.
const RETRY: Duration = Duration::from_millis(500);
/// So many of the last entries of the audit log are read at first: all, since any of them may be about a ban that this
/// node still has.
const ENTRIES: u64 = AUDIT_ENTRIES_MAX as u64;

/// How far a log was read: the age of the log, in seconds since 1970, and the last entry.
pub(super) type Place = Rc<Cell<Option<(i64, u64)>>>;

/// Tells all records of a kind, and then each change, until the receiver is dropped.
pub(super) async fn follow(store: SharedStore, kind: Replicated, place: Place, tell: Sender<Told>) {
    loop {
        if let Err(error) = follow_once(&store, kind, &place, &tell).await {
            debug!(?kind, %error, "the store of records cannot be followed");
        }
        if tell.is_closed() {
            return;
        }
        sleep(RETRY).await;
    }
}

async fn follow_once(
    store: &SharedStore,
    kind: Replicated,
    place: &Place,
    tell: &Sender<Told>,
) -> Result<(), async_nats::Error> {
    let stream = store.open(kind).await?;
    let info = stream.get_info().await?;
    let age = info.created.unix_timestamp();
    let deliver_policy = match kind {
        Replicated::Bans => DeliverPolicy::All,
        Replicated::Audit => {
            DeliverPolicy::ByStartSequence { start_sequence: first_entry(&info, place.get()) }
        }
    };
    let config = OrderedConfig {
        deliver_subject: store.new_inbox(),
        filter_subject: store.filter(kind),
        deliver_policy,
        ..OrderedConfig::default()
    };
    let consumer = stream.create_consumer(config).await?;
    let mut is_caught_up = consumer.cached_info().num_pending == 0;
    let mut messages = consumer.messages().await?;
    tell.send(Told::Begun(kind)).await?;
    if is_caught_up {
        tell.send(Told::CaughtUp(kind)).await?;
    }
    while let Some(message) = messages.next().await {
        let message = message?;
        let (sequence, pending) = message.info().map(|info| (info.stream_sequence, info.pending))?;
        if let Some(news) = news_of(store, kind, &message, sequence) {
            tell.send(news).await?;
        }
        if kind == Replicated::Audit {
            place.set(Some((age, sequence)));
        }
        if !is_caught_up && pending == 0 {
            is_caught_up = true;
            tell.send(Told::CaughtUp(kind)).await?;
        }
    }
    Ok(())
}

/// From where on the audit log is read: behind what was read, if it is still that log.
fn first_entry(info: &Info, place: Option<(i64, u64)>) -> u64 {
    let last = info.state.last_sequence;
    let place = place.filter(|(age, read)| *age == info.created.unix_timestamp() && *read <= last);
    let earliest = last.saturating_sub(ENTRIES);
    place.map_or(earliest, |(_, read)| read.max(earliest)) + 1
}
