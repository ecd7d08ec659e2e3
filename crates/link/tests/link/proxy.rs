//! A proxy between a game's clients and the game's server: messages pass, voice is taken out, connections end.

mod conformance;
mod ending;
mod fixture;
mod marked;
mod passing;
mod voice;
