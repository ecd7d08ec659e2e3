//! What one message of each kind costs a server, at worst.

#[global_allocator]
static ALLOCATOR: consonance_testing::cost::CountingAllocator = consonance_testing::cost::ALLOCATOR;

mod darkrift;
mod enet;
mod envelopes;
mod forge;
mod hosted;
mod kcp;
mod litenetlib;
mod matchbox;
mod sidecar;
mod steam;
mod stream;
mod utp;
mod webrtc_network;
