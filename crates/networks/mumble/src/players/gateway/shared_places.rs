//! The places of the listener's users, for players of other networks, and those of such players.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use consonance_link::Peer;
use consonance_link::gateway::{PlaceInWorld, PlaceNews, PlaceSharer, World};
use consonance_session::{ClientId, Position};

/// What the users of one session share.
#[derive(Debug)]
pub(super) struct SharedPlaces {
    sharer: PlaceSharer,
    session: Box<str>,
    published: BTreeMap<Peer, (ClientId, PlaceInWorld)>,
    /// Users that have moved since the last publication.
    moved: BTreeMap<Peer, (ClientId, PlaceInWorld)>,
    published_at: Option<Instant>,
    due: Option<Instant>,
}

/// The interval of publications.
const INTERVAL: Duration = Duration::from_millis(100);

impl SharedPlaces {
    pub(super) fn new(mut sharer: PlaceSharer, session: &str) -> Self {
        sharer.enter(session);
        let (published, moved) = (BTreeMap::new(), BTreeMap::new());
        Self { sharer, session: session.into(), published, moved, published_at: None, due: None }
    }

    /// Something has happened to a user: a move is published soon. One that has no place any longer, or another id, is
    /// removed at once: it comes back with the next publication at the earliest.
    pub(super) fn note(&mut self, now: Instant, user: Peer, place: Option<(ClientId, &World, Position)>) {
        let known = self.moved.get(&user).or_else(|| self.published.get(&user));
        let known = known.map(|(id, place)| (*id, &place.world, place.position));
        if known == place {
            return;
        }
        let is_gone = |(id, _): &(ClientId, PlaceInWorld)| place.is_none_or(|(now_as, ..)| now_as != *id);
        if self.published.get(&user).is_some_and(is_gone) {
            self.published.remove(&user);
            self.sharer.publish(&self.session, [(user.0, None)]);
        }
        let Some((id, world, position)) = place else {
            self.moved.remove(&user);
            return;
        };
        self.moved.insert(user, (id, PlaceInWorld { position, world: world.clone() }));
        let earliest = self.published_at.map_or(now, |at| now.max(at + INTERVAL));
        self.due.get_or_insert(earliest);
    }

    /// Publishes the places of those that have moved, if it is time.
    pub(super) fn publish_if_due(&mut self, now: Instant) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        if self.moved.is_empty() {
            return;
        }
        self.published_at = Some(now);
        let places = self.moved.iter().map(|(user, place)| (user.0, Some(place.clone())));
        self.sharer.publish(&self.session, places);
        self.published.append(&mut self.moved);
    }

    /// When there is something to publish.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// News of other players' places since the last call.
    pub(super) fn read(&self) -> impl Iterator<Item = PlaceNews> + use<> {
        let has_news = !self.sharer.take_sessions_with_news().is_empty();
        has_news.then(|| self.sharer.take_news(&self.session)).into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use consonance_link::gateway::PlaceBoard;

    use super::*;

    /// The places of one listener's users, and a page's gateway that reads them.
    struct Fixture {
        places: SharedPlaces,
        page: PlaceSharer,
        now: Instant,
    }

    /// An id, and x with the world's name.
    type Told = (u16, Option<(f32, Vec<u8>)>);

    const MIA: Peer = Peer(5);

    impl Fixture {
        fn new() -> Self {
            let board = PlaceBoard::default();
            let places = SharedPlaces::new(board.sharer(), "main");
            let mut page = board.sharer();
            page.enter("main");
            Self { places, page, now: Instant::now() }
        }

        /// Mia's game says this, and then some time passes.
        fn say(&mut self, id: u16, place: Option<(f32, &[u8])>, then: Duration) {
            let world = place.map(|(_, world)| World::named(world).unwrap());
            let position = place.map(|(x, _)| Position::new([x, 0.0, 0.0]).unwrap());
            let place = world.as_ref().zip(position).map(|(world, position)| (ClientId(id), world, position));
            self.places.note(self.now, MIA, place);
            self.places.publish_if_due(self.now);
            self.now += then;
            self.places.publish_if_due(self.now);
        }

        /// What the page's gateway has not read yet.
        fn news(&self) -> Vec<Told> {
            let told = |place: PlaceInWorld| (place.position.metres()[0], place.world.name().to_vec());
            self.page.take_news("main").map(|(id, place)| (id.0, place.map(told))).collect()
        }
    }

    fn at(id: u16, x: f32) -> Told {
        (id, Some((x, Vec::new())))
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_player_is_published_at_once_and_its_moves_ten_times_a_second() {
        let mut fixture = Fixture::new();
        let mut told = Vec::new();
        for step in 0..100_u8 {
            fixture.say(1, Some((step.into(), b"")), 10 * MS);
            told.extend(fixture.news());
        }
        assert_eq!(told[..3], [at(1, 0.0), at(1, 9.0), at(1, 19.0)]);
        assert_eq!(told.len(), 11);
        assert_eq!(fixture.places.next_due(), None, "the last one is published");
    }

    #[test]
    fn a_player_that_stands_still_is_published_once_and_in_another_world_again() {
        let mut fixture = Fixture::new();
        for _ in 0..50 {
            fixture.say(1, Some((3.0, b"map 7")), 20 * MS);
        }
        assert_eq!(fixture.news(), [(1, Some((3.0, b"map 7".to_vec())))]);
        assert_eq!(fixture.places.next_due(), None);
        fixture.say(1, Some((3.0, b"map 8")), 20 * MS);
        assert_eq!(fixture.news(), [(1, Some((3.0, b"map 8".to_vec())))]);
    }

    #[test]
    fn a_player_without_a_place_is_removed_at_once_and_takes_back_what_was_not_published() {
        let mut fixture = Fixture::new();
        fixture.say(1, Some((3.0, b"")), 20 * MS);
        fixture.say(1, Some((4.0, b"")), 20 * MS);
        fixture.say(1, None, Duration::ZERO);
        assert_eq!(fixture.news(), [(1, None)]);
        fixture.now += 200 * MS;
        fixture.places.publish_if_due(fixture.now);
        assert_eq!(fixture.news(), []);
    }

    #[test]
    fn a_player_that_comes_back_with_the_same_id_to_the_same_place_is_published_again() {
        let mut fixture = Fixture::new();
        for id in [1, 1, 2] {
            fixture.say(id, Some((3.0, b"")), 200 * MS);
            assert_eq!(fixture.news(), [at(id, 3.0)]);
            // While it joins the session again, it has none.
            fixture.say(id, None, Duration::ZERO);
            assert_eq!(fixture.news(), [(id, None)]);
        }
    }

    #[test]
    fn a_former_id_which_may_be_anothers_has_no_place_from_then_on() {
        let mut fixture = Fixture::new();
        fixture.say(3, Some((3.0, b"")), 10 * MS);
        assert_eq!(fixture.news(), [at(3, 3.0)]);
        fixture.say(4, Some((3.0, b"")), Duration::ZERO);
        assert_eq!(fixture.news(), [(3, None)]);
        fixture.now += 100 * MS;
        fixture.places.publish_if_due(fixture.now);
        assert_eq!(fixture.news(), [at(4, 3.0)]);
    }

    #[test]
    fn a_client_that_shows_and_hides_its_place_all_the_time_is_told_ten_times_a_second() {
        let mut fixture = Fixture::new();
        let mut told = 0;
        for step in 0..100_u8 {
            fixture.say(1, step.is_multiple_of(2).then_some((3.0, b"")), 10 * MS);
            told += fixture.news().len();
        }
        assert!((10..=20).contains(&told), "{told}");
    }
}
