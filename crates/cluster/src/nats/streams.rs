//! Buckets and streams, which whoever may write to them cannot empty.
//!
//! They are made without asking NATS about the account: the answer of servers before 2.10 cannot be read, and a node
//! needs no right to ask.

use async_nats::HeaderMap;
use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Stream};
use async_nats::jetstream::{Context, ErrorCode};
use tracing::warn;

use crate::nats::permissions::bucket_stream;

/// The header of what is left of a removed record.
pub(crate) const KV_OPERATION: &str = "KV-Operation";

/// The stream of a bucket that keeps the last value of each key.
pub(crate) fn bucket(name: &str, description: &str, replicas: usize) -> Config {
    Config {
        name: bucket_stream(name),
        description: Some(description.to_owned()),
        subjects: vec![format!("$KV.{name}.>")],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        num_replicas: replicas,
        // What is left of a removed record goes some time later. NATS servers before 2.11 do not know this.
        allow_message_ttl: true,
        ..lasting()
    }
}

/// A stream whose messages nobody can delete: not by a request, and not by a header of another message.
pub(crate) fn lasting() -> Config {
    Config { deny_delete: true, deny_purge: true, allow_rollup: false, ..Config::default() }
}

/// The bucket of this name, whose stream is made if there is none.
pub(crate) async fn open_bucket(
    context: &Context,
    name: &str,
    stream: Config,
) -> Result<Store, async_nats::Error> {
    let store = if let Ok(store) = context.get_key_value(name).await {
        store
    } else {
        context.create_stream(stream).await?;
        context.get_key_value(name).await?
    };
    warn_of_weakness(&store.stream);
    Ok(store)
}

/// The stream of this configuration's name, which is made if there is none.
pub(crate) async fn open_stream(context: &Context, stream: Config) -> Result<Stream, async_nats::Error> {
    let stream = context.get_or_create_stream(stream).await?;
    warn_of_weakness(&stream);
    Ok(stream)
}

/// Whether a stream that was opened is still there: not deleted, and not another one of its name.
pub(crate) async fn is_still(context: &Context, stream: &Stream) -> Result<bool, GetStreamError> {
    let opened = stream.cached_info();
    match context.get_stream(&opened.config.name).await {
        Ok(found) => Ok(found.cached_info().created == opened.created),
        Err(error) if is_not_found(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_not_found(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(told) if told.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// Whether a message with these headers is what is left of a removed record.
pub(crate) fn is_deletion(headers: &HeaderMap) -> bool {
    headers.get(KV_OPERATION).is_some_and(|operation| matches!(operation.as_str(), "DEL" | "PURGE"))
}

/// An earlier version, or somebody else, has made it.
fn warn_of_weakness(stream: &Stream) {
    let Config { name, deny_delete, deny_purge, allow_rollup, .. } = &stream.cached_info().config;
    if !deny_delete || !deny_purge || *allow_rollup {
        warn!(
            stream = name,
            "anyone who can write to this NATS stream can empty it: delete it while servers run, and they \
             create it anew"
        );
    }
}
