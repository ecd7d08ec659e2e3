//! The jitter buffer alone: which frame is played when, whatever the network does.

mod any_network;
mod delay;
mod lost_frames;
mod order;
mod player;
mod utterances;
