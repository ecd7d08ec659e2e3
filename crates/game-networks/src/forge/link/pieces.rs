//! Frames in several pieces: a game's, never voice, but reliable ones have their position in the order.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::forge::frame::Piece;

#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// By the frame's unique id.
    frames: BTreeMap<u64, Partial>,
    /// Frames that were whole recently: their pieces may come again.
    done: VecDeque<u64>,
}

#[derive(Debug)]
struct Partial {
    is_reliable: bool,
    since: Instant,
    /// The number of pieces, once the last one has arrived.
    count: Option<u32>,
    pieces: BTreeMap<u32, Vec<u8>>,
}

/// The result of adding a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// The last missing piece: the frame is in the buffer.
    Whole,
    /// Others are missing, or it was a duplicate.
    Kept,
    /// There is no room for it at present.
    Refused,
}

impl Pieces {
    /// Adds a piece; a complete frame is written into the buffer.
    pub(super) fn put(&mut self, now: Instant, piece: &Piece<'_>, frame: &mut Vec<u8>) -> Put {
        if self.done.contains(&piece.unique_id) {
            return Put::Kept;
        }
        if piece.order >= PIECES_MAX || !self.make_room_for(now, piece.unique_id) {
            return Put::Refused;
        }
        let partial = self.frames.entry(piece.unique_id).or_insert_with(|| Partial {
            is_reliable: piece.meta.is_reliable(),
            since: now,
            count: None,
            pieces: BTreeMap::new(),
        });
        partial.pieces.entry(piece.order).or_insert_with(|| piece.bytes.to_vec());
        if piece.meta.is_last() {
            partial.count = Some(piece.order + 1);
        }
        if partial.count != Some(partial.pieces.len() as u32) {
            return Put::Kept;
        }
        frame.clear();
        frame.reserve(partial.pieces.values().map(Vec::len).sum());
        partial.pieces.values().for_each(|bytes| frame.extend_from_slice(bytes));
        Put::Whole
    }

    /// A whole frame was taken: pieces of it that come again are ignored.
    pub(super) fn forget(&mut self, unique_id: u64) {
        self.frames.remove(&unique_id);
        self.done.push_back(unique_id);
        if self.done.len() > DONE_MAX {
            self.done.pop_front();
        }
    }

    /// Removes unreliable frames that are still incomplete after their time. True if there is room for this frame.
    fn make_room_for(&mut self, now: Instant, unique_id: u64) -> bool {
        if self.frames.len() >= FRAMES_MAX {
            self.frames.retain(|_, partial| {
                partial.is_reliable || now.saturating_duration_since(partial.since) < UNRELIABLE_KEPT
            });
        }
        self.frames.contains_key(&unique_id) || self.frames.len() < FRAMES_MAX
    }
}

/// The most incomplete frames at once.
const FRAMES_MAX: usize = 16;
/// The most pieces of a frame: 150 kB.
const PIECES_MAX: u32 = 128;
/// The number of complete frames remembered.
const DONE_MAX: usize = 64;
const UNRELIABLE_KEPT: Duration = Duration::from_secs(5);
