//! A proxy between a game's clients and the game's server: what goes through, what is taken out, and how it ends.

mod conformance;
mod ending;
mod marked;
mod passing;
mod stage;
mod voice;
