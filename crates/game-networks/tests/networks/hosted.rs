//! Voice in rooms of networks that live in games, with real session engines on simulated time: unmodified players
//! accept what the room sends, and all players hear each other, whichever peer is the server.

mod bolt;
mod cloud;
mod example;
mod fixture;
mod fusion;
mod network;
mod program;
mod pun;
mod rules;
mod steam;
mod unet;
