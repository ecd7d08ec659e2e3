//! One thing made wrong, whose snapshots show it, and what is said then.

mod hearing;
mod speaking;
mod travelling;

use super::super::SilenceCause;
use super::pair::Pair;

pub(super) use hearing::{ears, others_and_devices};
pub(super) use speaking::{gates, microphones, tokens};
pub(super) use travelling::{places, rooms, ways};

/// What is wrong, whose snapshots show it, and what is said.
pub(super) type Row = (&'static str, Box<dyn FnOnce(&mut Pair)>, &'static [&'static str], SilenceCause);
