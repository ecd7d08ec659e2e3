//! Voice in rooms of networks that live in games, with real session engines on simulated time: what the room sends is
//! what unmodified players take, and all players hear each other, whichever peer is the server.

mod bolt;
mod cloud;
mod fusion;
mod network;
mod program;
mod pun;
mod rules;
mod stage;
mod steam;
mod unet;
