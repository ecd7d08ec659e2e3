//! The network between the players and the server: it delays, loses, repeats, reorders, holds up and breaks.

use std::rc::Rc;
use std::time::Duration;

use consonance_session::{Delivery, LinkId, Transmit};

use crate::sim::clock::Time;
use crate::sim::dice::Dice;
use crate::sim::model::View;
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::words::Probe;

/// A packet on its way.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) link: LinkId,
    pub(crate) way: Way,
    pub(crate) delivery: Delivery,
    pub(crate) payload: Rc<[u8]>,
    /// The word that it carries, if any; the engines do not see this.
    pub(crate) word: Option<Probe>,
    /// The player's view with this packet; the engines do not see this either.
    pub(crate) view: Option<View>,
    /// It is the network's own second copy, or what the server makes of one.
    pub(crate) repeated: bool,
}

impl Parcel {
    /// The server's packet, once for each of the links that it shall go to.
    pub(crate) fn to_each(
        transmit: &Transmit<'_>,
        word: Option<Probe>,
        repeated: bool,
    ) -> impl Iterator<Item = Self> {
        let payload: Rc<[u8]> = transmit.payload.into();
        let one = move |&link| Self {
            link,
            way: Way::Down,
            delivery: transmit.delivery,
            payload: Rc::clone(&payload),
            word,
            view: None,
            repeated,
        };
        transmit.to.iter().map(one)
    }
}

/// From a player to the server, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

/// The quality of the network. Chances are per million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weather {
    /// The least delay of one way, times 0.5 … 1.5 by link.
    pub(crate) latency: Duration,
    /// Added to it, 0 … this, by packet: unreliable ones overtake each other.
    pub(crate) jitter: Duration,
    /// A packet is lost; a reliable one is sent again after a while instead.
    pub(crate) loss: u32,
    /// A burst of losses begins with a packet, and ends with a packet.
    pub(crate) burst_begins: u32,
    pub(crate) burst_ends: u32,
    /// An unreliable packet comes twice.
    pub(crate) repeat: u32,
    /// An unreliable packet is late by up to [`LATE`].
    pub(crate) late: u32,
    /// A new link cannot be opened.
    pub(crate) refusal: u32,
}

impl Weather {
    /// Nothing goes wrong.
    pub(crate) const CALM: Self = Self {
        latency: Duration::from_millis(20),
        jitter: Duration::from_millis(2),
        loss: 0,
        burst_begins: 0,
        burst_ends: 1_000_000,
        repeat: 0,
        late: 0,
        refusal: 0,
    };
}

/// The probability of a loss in a burst, per million (Gilbert's model: the rest slips through).
const LOSS_IN_BURST: u32 = 800_000;
/// The additional delay of a reliable packet per loss.
const RETRANSMISSION: Duration = Duration::from_millis(200);
/// The largest delay of a late packet.
const LATE: Duration = Duration::from_millis(400);

/// All links. Arrival times are drawn here; the world keeps the agenda.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) weather: Weather,
    dice: Dice,
    /// By player; hardly ever more than two each.
    links: Vec<Vec<Link>>,
    /// The time until which nothing passes, by player.
    held_until: Vec<Time>,
    opened: u64,
}

/// One connection as both ends see it.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    /// The life of the player that it belongs to: a crash ends a life.
    pub(crate) life: u32,
    pub(crate) player: End,
    pub(crate) server: End,
    /// Nothing passes any more, though neither end may have noticed.
    pub(crate) broken: bool,
    latency: Duration,
    up: Lane,
    down: Lane,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Opening,
    Open,
    Gone,
}

/// One direction of a link.
#[derive(Debug, Default)]
struct Lane {
    /// Reliable packets never overtake each other.
    last_reliable: Time,
    in_burst: bool,
}

/// The arrival times of a packet's copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) first: Option<Time>,
    pub(crate) again: Option<Time>,
}

impl Network {
    pub(crate) fn new(players: usize, weather: Weather, dice: Dice) -> Self {
        let links = (0..players).map(|_| Vec::new()).collect();
        Self { weather, dice, links, held_until: vec![Time::START; players], opened: 0 }
    }

    /// A new link that opens after a while; `None` in place of the time if it will not open.
    pub(crate) fn open(&mut self, now: Time, player_id: PlayerId, life: u32) -> (LinkId, Option<Time>) {
        self.opened += 1;
        let id = LinkId(self.opened << 16 | u64::from(player_id.0));
        let latency = self.weather.latency / 2 + self.part_of(self.weather.latency);
        let refused = self.held_until[player_id.index()] > now || self.dice.chance(self.weather.refusal);
        let lane = || Lane { last_reliable: now, in_burst: false };
        self.links[player_id.index()].push(Link {
            id,
            life,
            player: End::Opening,
            server: End::Opening,
            broken: false,
            latency,
            up: lane(),
            down: lane(),
        });
        (id, (!refused).then_some(now + latency))
    }

    pub(crate) fn link(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links[owner(id).index()].iter_mut().find(|link| link.id == id)
    }

    /// The links of a player, old ones that still linger too.
    pub(crate) fn links_of(&mut self, player_id: PlayerId) -> &mut [Link] {
        &mut self.links[player_id.index()]
    }

    /// The link that a player's packets go over, if it has one.
    pub(crate) fn open_link_of(&self, player_id: PlayerId) -> Option<LinkId> {
        self.links[player_id.index()].iter().find(|link| link.player == End::Open).map(|link| link.id)
    }

    /// Every link, by player.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = &mut Link> {
        self.links.iter_mut().flatten()
    }

    /// Whether an end of a broken link has not noticed yet.
    pub(crate) fn has_broken_links(&self) -> bool {
        self.links.iter().flatten().any(|link| link.broken)
    }

    /// An end of a link is gone; without ends there is no link.
    pub(crate) fn forget(&mut self, id: LinkId, way: Way) {
        let links = &mut self.links[owner(id).index()];
        let Some(index) = links.iter().position(|link| link.id == id) else { return };
        *links[index].end(way) = End::Gone;
        if links[index].player == End::Gone && links[index].server == End::Gone {
            links.remove(index);
        }
    }

    /// Both ends of a link are gone.
    pub(crate) fn forget_both(&mut self, id: LinkId) {
        self.links[owner(id).index()].retain(|link| link.id != id);
    }

    /// Both ends of all links of a player are gone.
    pub(crate) fn forget_all_of(&mut self, player_id: PlayerId) {
        self.links[player_id.index()].clear();
    }

    /// The arrival time of a packet sent now, if the link exists and does not break.
    pub(crate) fn send(&mut self, now: Time, id: LinkId, way: Way, delivery: Delivery) -> Arrival {
        let (dice, weather) = (&mut self.dice, &self.weather);
        let Some(link) = self.links[owner(id).index()].iter_mut().find(|link| link.id == id) else {
            return Arrival::default();
        };
        if link.broken {
            return Arrival::default();
        }
        let lane = match way {
            Way::Up => &mut link.up,
            Way::Down => &mut link.down,
        };
        let jitter = Duration::from_micros(dice.below(weather.jitter.as_micros() as u64 + 1));
        let held_until = self.held_until[owner(id).index()];
        let at = now.max(held_until) + link.latency + jitter;
        match delivery {
            Delivery::Reliable => {
                let resent = (0..RETRANSMISSIONS_MAX).take_while(|_| lane.loses(dice, weather)).count();
                let at = (at + RETRANSMISSION * resent as u32).max(lane.last_reliable);
                lane.last_reliable = at;
                Arrival { first: Some(at), again: None }
            }
            Delivery::Unreliable => {
                let lost = lane.loses(dice, weather) || held_until > now;
                let delay = if dice.chance(weather.late) { dice.millis(0, LATE_MS) } else { Duration::ZERO };
                let again = dice.chance(weather.repeat).then(|| at + dice.millis(0, LATE_MS));
                Arrival { first: (!lost).then_some(at + delay), again: again.filter(|_| !lost) }
            }
        }
    }

    /// The time at which the other end learns that a link was closed gracefully: after everything sent on it.
    pub(crate) fn hang_up(&mut self, now: Time, id: LinkId, way: Way) -> Option<Time> {
        self.send(now, id, way, Delivery::Reliable).first
    }

    /// Blocks all packets to and from a player until this time.
    pub(crate) fn hold(&mut self, player_id: PlayerId, until: Time) {
        let held = &mut self.held_until[player_id.index()];
        *held = until.max(*held);
    }

    /// From now on the weather is calm and no player is cut off.
    pub(crate) fn heal(&mut self, now: Time) {
        self.weather = Weather::CALM;
        self.held_until.fill(now);
    }

    fn part_of(&mut self, span: Duration) -> Duration {
        Duration::from_micros(self.dice.below(span.as_micros() as u64 + 1))
    }
}

impl Link {
    /// The end that a packet on this way arrives at.
    pub(crate) fn end(&mut self, way: Way) -> &mut End {
        match way {
            Way::Up => &mut self.server,
            Way::Down => &mut self.player,
        }
    }
}

impl Lane {
    fn loses(&mut self, dice: &mut Dice, weather: &Weather) -> bool {
        let turns = if self.in_burst { weather.burst_ends } else { weather.burst_begins };
        self.in_burst ^= dice.chance(turns);
        dice.chance(if self.in_burst { LOSS_IN_BURST } else { weather.loss })
    }
}

const LATE_MS: u64 = LATE.as_millis() as u64;
/// A reliable packet gets through in the end.
const RETRANSMISSIONS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: Weather = Weather {
        latency: Duration::from_millis(30),
        jitter: Duration::from_millis(40),
        loss: 200_000,
        burst_begins: 50_000,
        burst_ends: 200_000,
        repeat: 100_000,
        late: 100_000,
        refusal: 0,
    };

    fn arrivals(weather: Weather, delivery: Delivery) -> Vec<Arrival> {
        let mut network = Network::new(1, weather, Dice::new(3));
        let (link, _) = network.open(Time::START, PlayerId(0), 1);
        let times = (0..1000).map(|frame| Time::START + Duration::from_millis(20) * frame);
        times.map(|now| network.send(now, link, Way::Up, delivery)).collect()
    }

    #[test]
    fn reliable_packets_all_arrive_once_and_in_order() {
        let arrivals = arrivals(BAD, Delivery::Reliable);
        let times: Vec<_> = arrivals.iter().map(|arrival| arrival.first.unwrap()).collect();
        assert!(times.is_sorted());
        assert!(arrivals.iter().all(|arrival| arrival.again.is_none()));
    }

    #[test]
    fn unreliable_packets_are_lost_repeated_and_reordered() {
        let arrivals = arrivals(BAD, Delivery::Unreliable);
        let lost = arrivals.iter().filter(|arrival| arrival.first.is_none()).count();
        assert!((200..700).contains(&lost), "{lost} of 1000");
        assert!(arrivals.iter().any(|arrival| arrival.again.is_some()));
        let times: Vec<_> = arrivals.iter().filter_map(|arrival| arrival.first).collect();
        assert!(!times.is_sorted());
    }

    #[test]
    fn losses_come_in_bursts() {
        let weather = Weather { loss: 0, ..BAD };
        let lost: Vec<_> =
            arrivals(weather, Delivery::Unreliable).iter().map(|arrival| arrival.first.is_none()).collect();
        let losses = lost.iter().filter(|lost| **lost).count();
        let pairs = lost.windows(2).filter(|pair| pair[0] && pair[1]).count();
        assert!(pairs * 2 > losses, "{pairs} of {losses} losses follow another");
    }

    #[test]
    fn in_calm_weather_everything_comes_through() {
        let arrivals = arrivals(Weather::CALM, Delivery::Unreliable);
        assert!(arrivals.iter().all(|arrival| arrival.first.is_some() && arrival.again.is_none()));
    }

    #[test]
    fn what_is_held_up_comes_when_the_hold_ends_or_not_at_all() {
        let mut network = Network::new(1, Weather::CALM, Dice::new(3));
        let (link, _) = network.open(Time::START, PlayerId(0), 1);
        let end = Time::START + Duration::from_secs(5);
        network.hold(PlayerId(0), end);
        let now = Time::START + Duration::from_secs(1);
        assert_eq!(network.send(now, link, Way::Down, Delivery::Unreliable).first, None);
        assert!(network.send(now, link, Way::Down, Delivery::Reliable).first.unwrap() > end);
    }
}
