//! The rules of the protocol as a server and its clients keep them, one module per topic.
//!
//! Everything goes through the public surface, in simulated time, and is compared in words.

mod access;
mod administration;
mod any_order;
mod client_statistics;
mod crowd;
mod draining;
mod handshake_answer;
mod honest_peers;
mod hostile_bytes;
mod hostile_peers;
mod hostile_positions;
mod hostile_reports;
mod hostile_rooms;
mod hostile_servers;
mod hostile_speakers;
mod inspection;
mod joining;
mod limits;
mod moderation;
mod monitoring;
mod name_taken;
mod outages;
mod own_access;
mod packet_limits;
mod peer_to_peer;
mod permissive;
mod proximity;
mod proximity_model;
mod reconfiguring;
mod reconnecting;
mod relaying;
mod restarting;
mod resume;
mod room_ids;
mod room_limits;
mod rooms;
mod routing;
mod send_order;
mod server_routing;
mod snapshot;
mod speaking;
mod support;
mod text;
mod voice_reports;
