//! What every network is made of: each part by itself, and over real sockets.

mod broken;
mod broken_direct_links;
mod envelope_server;
mod game_memory;
mod hosted;
mod memory;
mod proxy;
mod streams;
mod tcp;
mod udp;
mod websocket;
