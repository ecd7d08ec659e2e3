//! A crowd on a market place: the players' positions, and which of them speak.

use consonance_link::split_mix::{STEP, mixed};
use consonance_session::{Position, SessionId};
use consonance_wire::{PositionReport, Writer};

/// A square place that grows with the number of people.
pub(super) struct Crowd {
    people: Vec<Person>,
    side_m: f32,
}

struct Person {
    at: [f32; 2],
    /// The movement of one step, in metres.
    step: [f32; 2],
    reports: u16,
}

const M2_PER_PLAYER: f32 = 25.0;
/// The length of a step at walking speed.
const STEP_M: f32 = 1.4 / 10.0;

impl Crowd {
    pub(super) fn new(players: u16) -> Self {
        let side_m = (f32::from(players) * M2_PER_PLAYER).sqrt();
        let person = |number: u16| {
            let angle = std::f32::consts::TAU * drawn(number.into(), 2);
            Person {
                at: [side_m * drawn(number.into(), 0), side_m * drawn(number.into(), 1)],
                step: [STEP_M * angle.cos(), STEP_M * angle.sin()],
                reports: 0,
            }
        };
        Self { people: (0..players).map(person).collect(), side_m }
    }

    pub(super) fn len(&self) -> u16 {
        self.people.len() as u16
    }

    /// Moves a player by a tenth of a second; returns its report.
    pub(super) fn step(&mut self, player: u16, session: SessionId) -> Report {
        let person = &mut self.people[usize::from(player)];
        for axis in 0..2 {
            let ahead = person.at[axis] + person.step[axis];
            if !(0.0..=self.side_m).contains(&ahead) {
                person.step[axis] = -person.step[axis];
            }
            person.at[axis] = (person.at[axis] + person.step[axis]).clamp(0.0, self.side_m);
        }
        person.reports = person.reports.wrapping_add(1);
        let [x, z] = person.at;
        let position = Position::new([x, 0.0, z]).ok();
        let mut report = Report { bytes: [0; 64], length: 0 };
        let mut writer = Writer::new(&mut report.bytes);
        let written = PositionReport { number: person.reports, position }.write(session, &mut writer);
        written.expect("a position is short");
        report.length = writer.len();
        report
    }
}

/// The bytes of a packet.
pub(super) struct Report {
    bytes: [u8; 64],
    length: usize,
}

impl Report {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Whether a player speaks at a tick: in stretches of two seconds, one of ten.
pub(super) fn speaks(player: u16, tick: u32) -> bool {
    let stretch = (tick + u32::from(player) * 37) / 100;
    drawn(player.into(), 100 + stretch) < 0.1
}

/// A pseudo-random number from 0 to 1, always the same for the same arguments.
fn drawn(number: u32, what: u32) -> f32 {
    let state = (u64::from(number) << 32 | u64::from(what)).wrapping_add(STEP);
    (mixed(state) >> 40) as f32 / (1_u32 << 24) as f32
}
