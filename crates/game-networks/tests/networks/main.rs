//! Each network against the rules of all networks, the bytes of stock programs, and hostile peers.

mod darkrift;
mod enet;
mod fishnet;
mod forge;
mod hosted;
mod kcp;
mod litenetlib;
mod matchbox;
mod mirror;
mod ngo;
mod rejecting;
mod renet;
mod sidecar;
mod simple_web;
mod steam;
mod telepathy;
mod utp;
mod webrtc_network;
