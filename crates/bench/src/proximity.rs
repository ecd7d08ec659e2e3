//! `consonance-bench proximity`: a server that knows the positions of all players, and sends voice to those nearby.
//!
//! A busy market: one player per 25 m², whose voices carry for 20 m, so that fifty others are in range of each. All
//! players walk and report their positions ten times a second; at each moment a tenth of them speaks. Only the
//! engine's work is timed: from a packet's bytes to the list of links that it goes to, and the server's own timers.
//! The cost of sending to these links is left out.

mod crowd;

use std::error::Error;
use std::time::{Duration, Instant};

use consonance_session::{Capabilities, LinkId, ProximitySettings, RoomPattern};
use stats_alloc::Region;

use super::bare::BareRelay;
use super::median::median;
use super::session::{BenchSession, FRAME_TIME, ROOM};
use super::table::Table;
use crowd::Crowd;

const PLAYERS: [u16; 3] = [1000, 3000, 10_000];
const RANGE_M: f32 = 20.0;
/// Long enough for all players to have spoken before the measurement.
const WARM_UP_SECONDS: usize = 3;
/// The number of seconds that are measured; their median counts.
const SECONDS: usize = 7;
const TICKS_PER_SECOND: u32 = 50;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = [
        "players",
        "percent_of_core",
        "us_per_player_second",
        "ns_per_position",
        "ns_per_frame",
        "in_range_per_speaker",
        "heard_per_speaker",
        "allocations_per_packet",
        "bare_ns_per_frame",
    ];
    let table = Table::start(fields, json)?;
    for players in PLAYERS {
        let mut market = Market::new(players);
        for _ in 0..WARM_UP_SECONDS {
            market.second();
        }
        let region = Region::new(crate::ALLOCATOR);
        let seconds: Vec<_> = (0..SECONDS).map(|_| market.second()).collect();
        let change = region.change();
        let packets: u64 = seconds.iter().map(|second| second.positions + second.frames).sum();
        let allocations = (change.allocations + change.reallocations) as f64 - market.own_allocations;
        let middle = |of: fn(&Second) -> f64| median(seconds.iter().map(of).collect());
        let spent = middle(|second| (second.on_positions + second.on_frames).as_secs_f64());
        let heard = middle(|second| second.heard as f64 / second.frames as f64);
        table.row([
            players.into(),
            100.0 * spent,
            1e6 * spent / f64::from(players),
            middle(|second| second.on_positions.as_nanos() as f64 / second.positions as f64),
            middle(|second| second.on_frames.as_nanos() as f64 / second.frames as f64),
            middle(|second| second.in_range as f64 / second.frames as f64),
            heard,
            allocations.max(0.0) / packets as f64,
            bare_ns_per_frame(players, heard),
        ])?;
    }
    Ok(())
}

/// The time to list as many links if their owners are already known, in nanoseconds.
fn bare_ns_per_frame(players: u16, heard: f64) -> f64 {
    // Players near each other have not joined consecutively.
    let near: Vec<u16> = (0..heard as u32).map(|place| (place * 7_919 % u32::from(players)) as u16).collect();
    BareRelay::new(players).ns_per_list(&near, Duration::from_millis(200))
}

/// The session and the people in it.
struct Market {
    session: BenchSession,
    crowd: Crowd,
    /// The packets of one tick, back to back, and where each ends.
    packets: Vec<u8>,
    ends: Vec<(LinkId, usize)>,
    /// The allocations of the bench itself.
    own_allocations: f64,
    tick: u32,
}

/// One second of the session.
#[derive(Default)]
struct Second {
    positions: u64,
    frames: u64,
    on_positions: Duration,
    on_frames: Duration,
    heard: u64,
    in_range: u64,
}

impl Market {
    fn new(players: u16) -> Self {
        let mut session = BenchSession::set_up(|settings| {
            settings.proximity = vec![(RoomPattern::from(ROOM), ProximitySettings::new(RANGE_M))];
        });
        session.announce(Capabilities::ALL);
        for _ in 0..players {
            let (id, _) = session.join();
            session.listen(id);
        }
        let crowd = Crowd::new(players);
        Self { session, crowd, packets: Vec::new(), ends: Vec::new(), own_allocations: 0.0, tick: 0 }
    }

    fn second(&mut self) -> Second {
        let mut second = Second::default();
        let crowded_before = self.session.server.statistics().streams_crowded;
        for _ in 0..TICKS_PER_SECOND {
            self.session.pass(FRAME_TIME);
            self.tick += 1;
            self.walk();
            second.positions += self.ends.len() as u64;
            second.on_positions += self.deliver().0;
            self.speak();
            second.frames += self.ends.len() as u64;
            let (spent, heard) = self.deliver();
            second.on_frames += spent;
            second.heard += heard;
            let start = Instant::now();
            self.session.run_timers();
            second.on_frames += start.elapsed();
            self.session.drain();
        }
        second.in_range = second.heard + self.session.server.statistics().streams_crowded - crowded_before;
        second
    }

    /// Writes the packets of players that report their positions: a fifth of all.
    fn walk(&mut self) {
        let (session, region) = (self.session.server.session(), Region::new(crate::ALLOCATOR));
        self.packets.clear();
        self.ends.clear();
        for player in
            (0..self.crowd.len()).filter(|player| (u32::from(*player) + self.tick).is_multiple_of(5))
        {
            self.packets.extend_from_slice(self.crowd.step(player, session).as_slice());
            self.ends.push((link(player), self.packets.len()));
        }
        self.note(&region);
    }

    /// Writes the packets of the speakers.
    fn speak(&mut self) {
        let region = Region::new(crate::ALLOCATOR);
        self.packets.clear();
        self.ends.clear();
        for player in (0..self.crowd.len()).filter(|player| crowd::speaks(*player, self.tick)) {
            let frame = self.session.voice_of(consonance_wire::ClientId(player), self.tick as u16);
            self.packets.extend_from_slice(&frame);
            self.ends.push((link(player), self.packets.len()));
        }
        self.note(&region);
    }

    /// Passes the packets to the engine; returns its time, and the number of resulting packets.
    fn deliver(&mut self) -> (Duration, u64) {
        let (mut begin, mut heard) = (0, 0);
        let start = Instant::now();
        for (link, end) in &self.ends {
            heard += self.session.route(*link, &self.packets[begin..*end]);
            begin = *end;
        }
        (start.elapsed(), heard)
    }

    fn note(&mut self, region: &Region<'_, std::alloc::System>) {
        let change = region.change();
        self.own_allocations += (change.allocations + change.reallocations) as f64;
    }
}

/// The link of a player: players join in the order of their ids.
fn link(player: u16) -> LinkId {
    LinkId(u64::from(player) + 1)
}
