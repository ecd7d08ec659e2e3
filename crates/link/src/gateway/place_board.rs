//! The places that the players of several gateways share.

mod notice;
mod place;
mod session_places;
mod sharer;
mod world;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use place::{PlaceInWorld, PlaceNews, SeatPlace};
use session_places::SessionPlaces;
pub use sharer::PlaceSharer;
pub use world::World;

/// The shared places of all sessions of a server: those of pages, by worker, and of the users of each other gateway.
/// A clone is the same one.
///
/// It holds one place for each player that shares it, and for each [`PlaceSharer`] at most one piece of news for each
/// player of its sessions. Nothing that one player does costs more where more players are.
#[derive(Clone, Debug, Default)]
pub struct PlaceBoard(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Untrusted peers choose the names of sessions on demand, so they are hashed with a secret.
    sessions: Mutex<HashMap<Arc<str>, SessionPlaces>>,
    last_sharer: AtomicU64,
}

impl PlaceBoard {
    /// Access for one more gateway.
    pub fn sharer(&self) -> PlaceSharer {
        let number = self.0.last_sharer.fetch_add(1, Ordering::Relaxed);
        PlaceSharer::new(self.clone(), number)
    }

    /// Locks the board. Poison is ignored: no update is left half done when a thread panics.
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, SessionPlaces>> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::{Wake, Waker};

    use consonance_wire::{ClientId, Position};

    use super::*;

    fn at(id: u16, x: f32) -> (ClientId, PlaceInWorld) {
        at_in(id, x, b"")
    }

    fn at_in(id: u16, x: f32, world: &[u8]) -> (ClientId, PlaceInWorld) {
        let position = Position::new([x, 0.0, 0.0]).unwrap();
        (ClientId(id), PlaceInWorld { position, world: World::named(world).unwrap() })
    }

    fn news(id: u16, x: f32) -> PlaceNews {
        let (id, place) = at(id, x);
        (id, Some(place))
    }

    fn gone(id: u16) -> PlaceNews {
        (ClientId(id), None)
    }

    fn read(sharer: &PlaceSharer, session: &str) -> Vec<PlaceNews> {
        sharer.take_news(session).collect()
    }

    /// A board with three sharers in one session, of which the second has another one, too.
    fn board() -> (PlaceBoard, [PlaceSharer; 3]) {
        let board = PlaceBoard::default();
        let mut sharers = [board.sharer(), board.sharer(), board.sharer()];
        for sharer in &mut sharers {
            sharer.enter("main");
        }
        sharers[1].enter("town");
        (board, sharers)
    }

    #[test]
    fn the_other_sharers_of_the_session_read_each_place_once() {
        let (_board, sharers) = board();
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        assert_eq!(sharers[0].take_sessions_with_news(), []);
        assert_eq!(sharers[1].take_sessions_with_news(), [("main".into(), 1)]);
        assert_eq!(sharers[1].take_sessions_with_news(), []);
        assert_eq!(read(&sharers[1], "town"), []);
        assert_eq!(read(&sharers[1], "main"), [news(1, 5.0)]);
        assert_eq!(read(&sharers[1], "main"), []);
        assert_eq!(read(&sharers[0], "main"), []);
        assert_eq!(sharers[2].of_others("main"), [news(1, 5.0)]);
        assert_eq!(sharers[0].of_others("main"), []);
    }

    #[test]
    fn a_place_is_news_with_its_world_and_in_another_world_it_is_another_one() {
        let (_board, sharers) = board();
        for world in [&b""[..], b"map 7", b"\xFF\0map 8"] {
            sharers[0].publish("main", [(7, Some(at_in(1, 5.0, world)))]);
            let (id, place) = at_in(1, 5.0, world);
            assert_eq!(read(&sharers[1], "main"), [(id, Some(place))], "{world:?}");
        }
    }

    #[test]
    fn a_place_that_is_written_again_unchanged_is_no_news() {
        let (_board, sharers) = board();
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        read(&sharers[1], "main");
        sharers[0].publish("main", [(7, Some(at(1, 5.0))), (8, None)]);
        assert_eq!(read(&sharers[1], "main"), []);
    }

    #[test]
    fn of_many_moves_only_the_last_one_waits() {
        let (_board, sharers) = board();
        for step in 0..1000_u16 {
            sharers[0].publish("main", [(7, Some(at(1, step.into())))]);
        }
        assert_eq!(read(&sharers[2], "main"), [news(1, 999.0)]);
    }

    #[test]
    fn a_reader_is_woken_for_the_first_news_after_it_has_read_and_not_for_more() {
        #[derive(Default)]
        struct Counted(AtomicUsize);
        impl Wake for Counted {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let (_board, sharers) = board();
        let counted = Arc::new(Counted::default());
        sharers[1].set_waker(Waker::from(Arc::clone(&counted)));
        for (round, x) in [(1, 0.0), (2, 100.0)] {
            for step in 0..50_u8 {
                sharers[0].publish("main", [(7, Some(at(1, x + f32::from(step))))]);
            }
            assert_eq!(counted.0.load(Ordering::Relaxed), round);
            assert_eq!(sharers[1].take_sessions_with_news(), [("main".into(), 1)]);
            sharers[0].publish("main", [(7, Some(at(1, x + 99.0)))]);
            assert_eq!(counted.0.load(Ordering::Relaxed), round, "it knows, and has not read yet");
            read(&sharers[1], "main");
        }
    }

    #[test]
    fn a_player_that_leaves_takes_its_place_along_unless_the_id_is_anothers() {
        let (_board, sharers) = board();
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        sharers[0].publish("main", [(7, None)]);
        assert_eq!(read(&sharers[1], "main"), [gone(1)]);
        assert_eq!(sharers[1].of_others("main"), []);
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        sharers[2].publish("main", [(8, Some(at(1, 6.0)))]);
        sharers[0].publish("main", [(7, Some(at(1, 5.5)))]);
        sharers[0].publish("main", [(7, None)]);
        assert_eq!(read(&sharers[1], "main"), [news(1, 6.0)], "of the one that has it now");
    }

    #[test]
    fn a_player_with_a_new_id_has_no_place_under_the_old_one() {
        let (_board, sharers) = board();
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        sharers[0].publish("main", [(7, Some(at(2, 5.0)))]);
        assert_eq!(read(&sharers[1], "main"), [gone(1), news(2, 5.0)]);
    }

    #[test]
    fn a_sharer_that_comes_later_has_all_places_to_read() {
        let (board, sharers) = board();
        let mut late = board.sharer();
        late.enter("main");
        assert_eq!(late.take_sessions_with_news(), []);
        late.leave("main");
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        sharers[2].publish("main", [(7, Some(at(2, 6.0)))]);
        late.enter("main");
        assert_eq!(late.take_sessions_with_news(), [("main".into(), 2)]);
        assert_eq!(read(&late, "main"), [news(1, 5.0), news(2, 6.0)]);
    }

    #[test]
    fn a_sharer_that_is_dropped_takes_its_places_along() {
        let (_board, [first, second, _third]) = board();
        first.publish("main", [(7, Some(at(1, 5.0))), (8, Some(at(2, 6.0)))]);
        read(&second, "main");
        drop(first);
        assert_eq!(read(&second, "main"), [gone(1), gone(2)]);
    }

    #[test]
    fn nothing_remains_of_a_session_without_players() {
        let (board, mut sharers) = board();
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        for sharer in &mut sharers {
            sharer.leave("main");
        }
        assert_eq!(board.lock().len(), 1, "the other session");
        sharers[0].publish("main", [(7, Some(at(1, 5.0)))]);
        assert_eq!(board.lock().len(), 1, "it was not entered");
    }

    #[test]
    fn a_move_costs_the_same_among_few_and_among_many() {
        let (board, sharers) = board();
        let crowd = |seats: std::ops::Range<u16>| {
            seats.map(|id| (u64::from(id), Some(at(id, 1.0)))).collect::<Vec<_>>()
        };
        sharers[0].publish("main", crowd(0..5000));
        read(&sharers[1], "main");
        sharers[0].publish("main", [(7, Some(at(7, 2.0)))]);
        assert_eq!(read(&sharers[1], "main"), [news(7, 2.0)], "only what has changed");
        assert_eq!(board.lock()["main"].count_of_others(0), 0);
        assert_eq!(board.lock()["main"].count_of_others(9), 5000);
    }
}
