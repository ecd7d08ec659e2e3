//! A span that has ended, as plain data.

use std::borrow::Cow;

use super::ids::{SpanId, TraceId};

/// A span that has ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FinishedSpan {
    /// The trace that it is a part of.
    pub trace: TraceId,
    /// Its own number.
    pub id: SpanId,
    /// The span that it is a part of; nothing for the first one of a trace.
    pub parent: Option<SpanId>,
    /// The name of the operation.
    pub name: &'static str,
    /// The side of a request that it is.
    pub kind: SpanKind,
    /// The start by the wall clock, in nanoseconds since 1970.
    pub start_unix_ns: u64,
    /// The end by the same clock; never before the start.
    pub end_unix_ns: u64,
    /// Its attributes, each key once.
    pub attributes: Vec<(&'static str, AttributeValue)>,
    /// Why it failed, if it did.
    pub error: Option<Cow<'static, str>>,
}

/// The side of a request that a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// None: a step within this process.
    Internal,
    /// A request from another program.
    Server,
    /// A request to another program.
    Client,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A text.
    Text(Cow<'static, str>),
    /// A number.
    Integer(i64),
}

impl From<&'static str> for AttributeValue {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for AttributeValue {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
