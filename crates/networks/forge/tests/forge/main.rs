//! Forge's network: bytes, rules, bad ways and bad people.

mod conformance;
mod golden;
mod hostile;
mod ways;
