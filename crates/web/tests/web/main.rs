//! What pages meet: the listener, packets over `WebSocket`s, and the worker behind them.

mod browser_gateway;
mod listener;
mod packets;
mod page_conformance;
mod webrtc;
