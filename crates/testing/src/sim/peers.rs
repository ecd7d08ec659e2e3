//! The protocol of the players: the original's, or ours with all its extensions.

use std::fmt;
use std::str::FromStr;

use consonance_session::Capabilities;
use thiserror::Error;

use crate::sim::dice::Dice;

/// The clients that take part. The server is always ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peers {
    /// Each client that a player starts is one or the other, by chance.
    #[default]
    Mixed,
    /// All of them announce everything that ours can do.
    Ours,
    /// None of them announces anything.
    Originals,
}

/// There is no such kind of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("say mixed, ours or originals")]
pub struct UnknownPeers;

impl Peers {
    /// The capabilities of the next client.
    pub(crate) fn draw(self, dice: &mut Dice) -> Capabilities {
        let is_ours = match self {
            Self::Mixed => dice.chance(HALF),
            Self::Ours => true,
            Self::Originals => false,
        };
        if is_ours { Capabilities::ALL } else { Capabilities::NONE }
    }
}

/// A probability, per million.
const HALF: u32 = 500_000;

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mixed => "mixed",
            Self::Ours => "ours",
            Self::Originals => "originals",
        })
    }
}

impl FromStr for Peers {
    type Err = UnknownPeers;

    fn from_str(text: &str) -> Result<Self, UnknownPeers> {
        let all = [Self::Mixed, Self::Ours, Self::Originals];
        all.into_iter().find(|peers| peers.to_string() == text).ok_or(UnknownPeers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read() {
        for peers in [Peers::Mixed, Peers::Ours, Peers::Originals] {
            assert_eq!(peers.to_string().parse(), Ok(peers));
        }
        assert_eq!("others".parse::<Peers>(), Err(UnknownPeers));
    }

    #[test]
    fn mixed_peers_are_of_both_kinds() {
        let mut dice = Dice::new(1);
        let drawn: Vec<_> = (0..100).map(|_| Peers::Mixed.draw(&mut dice)).collect();
        assert!(drawn.contains(&Capabilities::ALL) && drawn.contains(&Capabilities::NONE));
    }
}
