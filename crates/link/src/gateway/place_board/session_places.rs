//! The places that the players of one session share.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use consonance_wire::ClientId;

use super::notice::{Notice, Notified};
use super::place::{PlaceInWorld, PlaceNews};

/// What players share, by gateway and seat, and what each gateway has yet to read.
#[derive(Debug, Default)]
pub(super) struct SessionPlaces {
    by_seat: BTreeMap<Seat, (ClientId, PlaceInWorld)>,
    /// The seats of each id: a player that comes back may have two for a moment.
    by_id: BTreeSet<(ClientId, Seat)>,
    readers: BTreeMap<u64, Reader>,
}

/// The number of a sharer, and the one that it has for its player.
type Seat = (u64, u64);

#[derive(Debug)]
struct Reader {
    notice: Arc<Notice>,
    /// The last news of each player.
    news: BTreeMap<ClientId, Option<PlaceInWorld>>,
    /// Its own seats, whose number saves a count.
    seats: usize,
}

impl SessionPlaces {
    /// A sharer has players here: what the others share is news to it.
    pub(super) fn enter(&mut self, sharer: u64, notice: &Arc<Notice>) -> Notified {
        let news = self.of_others(sharer).collect::<BTreeMap<_, _>>();
        let notified = if news.is_empty() { Vec::new() } else { vec![Arc::clone(notice)] };
        self.readers.insert(sharer, Reader { notice: Arc::clone(notice), news, seats: 0 });
        notified
    }

    /// A sharer has no player here any longer.
    pub(super) fn leave(&mut self, sharer: u64) -> Notified {
        let seats: Vec<Seat> = self.by_seat.range(all_of(sharer)).map(|(seat, _)| *seat).collect();
        let mut notified = Vec::new();
        for (_, seat) in seats {
            self.set(sharer, seat, None, &mut notified);
        }
        self.readers.remove(&sharer);
        notified
    }

    /// Sets the place of a sharer's player.
    pub(super) fn set(
        &mut self,
        sharer: u64,
        seat: u64,
        place: Option<(ClientId, PlaceInWorld)>,
        notified: &mut Notified,
    ) {
        let seat = (sharer, seat);
        if self.by_seat.get(&seat) == place.as_ref() {
            return;
        }
        let id = place.as_ref().map(|(id, _)| *id);
        let former = match place.clone() {
            Some(place) => self.by_seat.insert(seat, place),
            None => self.by_seat.remove(&seat),
        };
        if let Some(reader) = self.readers.get_mut(&sharer) {
            reader.seats = reader.seats + usize::from(id.is_some()) - usize::from(former.is_some());
        }
        if let Some((former, _)) = former.filter(|(former, _)| Some(*former) != id) {
            self.by_id.remove(&(former, seat));
            self.tell_gone(sharer, former, notified);
        }
        if let Some((id, place)) = place {
            self.by_id.insert((id, seat));
            self.tell(sharer, id, Some(&place), notified);
        }
    }

    /// What a sharer has not read yet.
    pub(super) fn take_news(&mut self, sharer: u64) -> BTreeMap<ClientId, Option<PlaceInWorld>> {
        self.readers.get_mut(&sharer).map(|reader| mem::take(&mut reader.news)).unwrap_or_default()
    }

    /// How many places there are of the other sharers' players.
    pub(super) fn count_of_others(&self, sharer: u64) -> usize {
        self.by_seat.len() - self.readers.get(&sharer).map_or(0, |reader| reader.seats)
    }

    /// The places of the other sharers' players.
    pub(super) fn of_others(&self, sharer: u64) -> impl Iterator<Item = PlaceNews> {
        let others = self.by_seat.iter().filter(move |((of, _), _)| *of != sharer);
        others.map(|(_, (id, place))| (*id, Some(place.clone())))
    }

    pub(super) fn has_no_readers(&self) -> bool {
        self.readers.is_empty()
    }

    /// A seat has this id no longer, which may be another one's by now.
    fn tell_gone(&mut self, sharer: u64, id: ClientId, notified: &mut Notified) {
        let holder = self.by_id.range((id, (0, 0))..=(id, (u64::MAX, u64::MAX))).next();
        let held = holder.and_then(|(_, seat)| Some((seat.0, self.by_seat.get(seat)?.1.clone())));
        match held {
            Some((holder, place)) => self.tell(holder, id, Some(&place), notified),
            None => self.tell(sharer, id, None, notified),
        }
    }

    /// News of a sharer's player for all others.
    fn tell(&mut self, sharer: u64, id: ClientId, place: Option<&PlaceInWorld>, notified: &mut Notified) {
        for (_, reader) in self.readers.iter_mut().filter(|(reader, _)| **reader != sharer) {
            if reader.news.is_empty() {
                notified.push(Arc::clone(&reader.notice));
            }
            reader.news.insert(id, place.cloned());
        }
    }
}

fn all_of(sharer: u64) -> std::ops::RangeInclusive<Seat> {
    (sharer, 0)..=(sharer, u64::MAX)
}
