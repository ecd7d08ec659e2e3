//! The rules of the protocol (spec: behaviour) as a server and its clients keep them, one module per topic.
//!
//! Everything goes through the public surface, in simulated time, and is compared in words.

mod administration;
mod any_order;
mod handshake_answer;
mod honest_peers;
mod hostile_bytes;
mod hostile_peers;
mod inspection;
mod joining;
mod limits;
mod permissive;
mod reconnecting;
mod relaying;
mod rooms;
mod send_order;
mod speaking;
mod support;
mod text;
