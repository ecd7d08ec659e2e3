//! A whole table in one number: equal tables add up to equal tallies, and a table that differs anywhere does not.

use consonance_link::split_mix::mixed;
use consonance_session::ClientId;

/// The sum of a hash per player and per room that a player listens to. Duplicates count twice, so additions and
/// removals must pair up exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(u64);

impl Tally {
    pub(crate) fn add_player(&mut self, id: ClientId, name: &str) {
        self.0 = self.0.wrapping_add(entry(PLAYER, id, name));
    }

    pub(crate) fn remove_player(&mut self, id: ClientId, name: &str) {
        self.0 = self.0.wrapping_sub(entry(PLAYER, id, name));
    }

    pub(crate) fn add_room(&mut self, id: ClientId, room: &str) {
        self.0 = self.0.wrapping_add(entry(ROOM, id, room));
    }

    pub(crate) fn remove_room(&mut self, id: ClientId, room: &str) {
        self.0 = self.0.wrapping_sub(entry(ROOM, id, room));
    }
}

const PLAYER: u64 = 0x517c_c1b7_2722_0a95;
const ROOM: u64 = 0x2545_f491_4f6c_dd1d;

fn entry(kind: u64, id: ClientId, name: &str) -> u64 {
    let stir = |hash: u64, bits: u64| (hash.rotate_left(23) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // Every player's table is hashed each second, so this takes eight bytes at a time.
    let (chunks, rest) = name.as_bytes().as_chunks();
    let hash =
        chunks.iter().fold(kind ^ u64::from(id.0), |hash, chunk| stir(hash, u64::from_le_bytes(*chunk)));
    // The remaining bytes, with a marker bit above them so that their number counts.
    mixed(stir(hash, rest.iter().fold(1, |bits, byte| bits << 8 | u64::from(*byte))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_count_but_everything_else_does() {
        let tally = |steps: &[(u16, &str)]| {
            let mut tally = Tally::default();
            for &(id, room) in steps {
                tally.add_room(ClientId(id), room);
            }
            tally
        };
        assert_eq!(tally(&[(1, "a"), (2, "b")]), tally(&[(2, "b"), (1, "a")]));
        assert_ne!(tally(&[(1, "a"), (2, "b")]), tally(&[(1, "b"), (2, "a")]));
        assert_ne!(tally(&[(1, "a")]), tally(&[(1, "a"), (1, "a")]));
    }

    #[test]
    fn what_is_added_and_removed_leaves_nothing() {
        let mut tally = Tally::default();
        tally.add_player(ClientId(3), "a long name of a player");
        tally.add_room(ClientId(3), "room");
        tally.remove_room(ClientId(3), "room");
        tally.remove_player(ClientId(3), "a long name of a player");
        assert_eq!(tally, Tally::default());
    }
}
