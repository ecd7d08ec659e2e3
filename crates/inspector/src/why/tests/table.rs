//! One thing broken, the snapshots that show it, and the resulting diagnosis.

mod hearing;
mod speaking;
mod travelling;

use super::super::SilenceCause;
use super::pair::Pair;

pub(super) use hearing::{ears, others_and_devices};
pub(super) use speaking::{gates, microphones, tokens};
pub(super) use travelling::{places, rooms, ways};

/// The fault, the snapshots that show it, and the diagnosis.
pub(super) type Row = (&'static str, Box<dyn FnOnce(&mut Pair)>, &'static [&'static str], SilenceCause);
