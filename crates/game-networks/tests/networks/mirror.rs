//! The envelopes' handling of messages from clients and games.

mod client;
mod credentials;
mod golden;
mod hostile;
mod proxy;
mod stage;
mod voice_only;
