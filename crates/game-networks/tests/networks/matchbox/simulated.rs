//! A room of matchbox in memory, and games in it.

pub(crate) mod game;
pub(crate) mod hub;
pub(crate) mod stage;
