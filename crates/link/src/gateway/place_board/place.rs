//! A place that a player shares, and the news about it.

use consonance_wire::{ClientId, Position};

use super::world::World;

/// A position, and the world that it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceInWorld {
    /// Where the player is, on the axes that all players use.
    pub position: Position,
    /// For those in the same world only.
    pub world: World,
}

/// The player whose place it is, by the number that its gateway has for it, and its id and place; none if it shares it
/// no longer.
pub type SeatPlace = (u64, Option<(ClientId, PlaceInWorld)>);

/// A player that has moved, or that no longer shares its place.
pub type PlaceNews = (ClientId, Option<PlaceInWorld>);
