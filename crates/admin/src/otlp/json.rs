//! JSON that both signals share: the process, attributes, and 64-bit numbers.

use serde_json::{Value, json};

/// The description of this process that comes before its metrics or its spans.
#[derive(Clone, Debug)]
pub(crate) struct Resource(Value);

impl Resource {
    pub(crate) fn new(attributes: &[(&'static str, String)]) -> Self {
        let attributes = attributes.iter().map(|(key, value)| text_attribute(key, value));
        Self(json!({ "attributes": attributes.collect::<Vec<_>>() }))
    }

    pub(crate) fn json(&self) -> Value {
        self.0.clone()
    }
}

/// The program that measures.
pub(crate) fn scope() -> Value {
    json!({ "name": "consonance", "version": env!("CARGO_PKG_VERSION") })
}

pub(crate) fn text_attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

pub(crate) fn integer_attribute(key: &str, value: i64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

/// A number of 64 bits, which JSON's numbers would round.
pub(crate) fn long(number: u64) -> Value {
    number.to_string().into()
}
