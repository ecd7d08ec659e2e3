//! Each network against the rules of all networks, the bytes of stock programs, and hostile peers.

mod darkrift;
mod darkrift_envelopes;
mod enet;
mod fishnet;
mod forge;
mod hosted;
mod hosted_example;
mod kcp;
mod kcp_proxy;
mod litenetlib;
mod matchbox_conformance;
mod matchbox_hosts;
mod matchbox_simulated;
mod mirror;
mod ngo;
mod renet_bad_network;
mod renet_conformance;
mod renet_example;
mod renet_netcode;
mod sidecar;
mod simple_web;
mod steam;
mod telepathy;
mod utp;
mod webrtc_network;
mod webrtc_network_signalling;
