//! A room of matchbox in memory, and games in it.

pub(crate) mod fixture;
pub(crate) mod game;
pub(crate) mod hub;
