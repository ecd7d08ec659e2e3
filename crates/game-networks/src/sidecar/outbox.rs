//! The queue of frames to send over a link: control in order, voice as far as there is room.

use std::collections::VecDeque;
use std::time::Instant;

use consonance_link::Delivery;
use consonance_link::gateway::tcp::{TcpConnections, TcpId};

/// Two queues of whole frames, and the piece that the connection is taking. Control leaves before voice; when voice
/// piles up, the oldest frames are dropped.
#[derive(Debug)]
pub(crate) struct Outbox {
    control: VecDeque<u8>,
    control_max: usize,
    voice: VecDeque<u8>,
    /// The lengths of the frames in `voice`.
    voice_frames: VecDeque<u16>,
    voice_max: usize,
    /// Bytes of which the connection has taken a part.
    piece: Vec<u8>,
    taken: usize,
    pub(crate) voice_dropped: u64,
}

/// Control exceeds its limit: the link has to end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// The most bytes given to a connection at once.
pub(crate) const PIECE_BYTES: usize = 16 * 1024;

impl Outbox {
    pub(crate) fn new(control_max: usize, voice_max: usize) -> Self {
        Self {
            control: VecDeque::new(),
            control_max,
            voice: VecDeque::new(),
            voice_frames: VecDeque::new(),
            voice_max,
            piece: Vec::new(),
            taken: 0,
            voice_dropped: 0,
        }
    }

    /// Adds one whole frame with its length.
    pub(crate) fn push(&mut self, delivery: Delivery, frame: &[u8]) -> Result<(), Full> {
        match delivery {
            Delivery::Reliable if self.control.len() + frame.len() > self.control_max => return Err(Full),
            Delivery::Reliable => self.control.extend(frame),
            Delivery::Unreliable => {
                while self.voice.len() + frame.len() > self.voice_max && self.drop_oldest_voice() {}
                self.voice.extend(frame);
                self.voice_frames.push_back(frame.len() as u16);
            }
        }
        Ok(())
    }

    /// Whether so much control waits that its reader should not cause any more for now. There is room still for what a
    /// newcomer to a session of thousands is told at once.
    pub(crate) fn is_filling(&self) -> bool {
        self.control.len() > self.control_max / 8
    }

    /// Forgets voice of which `is_unwanted` says so, given whole frames with their lengths.
    pub(crate) fn forget_voice(&mut self, is_unwanted: impl Fn(&[u8]) -> bool) {
        let bytes: Vec<u8> = self.voice.drain(..).collect();
        let mut rest = &bytes[..];
        self.voice_frames.retain(|length| {
            let (frame, after) = rest.split_at(usize::from(*length));
            rest = after;
            let is_kept = !is_unwanted(frame);
            if is_kept {
                self.voice.extend(frame);
            }
            is_kept
        });
    }

    /// Gives a connection what its system takes; true if it was anything. Only a piece waits in the connection itself,
    /// so that old voice is still here to be dropped.
    pub(crate) fn leave(&mut self, now: Instant, tcp: &mut TcpConnections, id: TcpId) -> bool {
        let mut has_left = false;
        loop {
            if tcp.waiting_bytes(id) > 0 {
                tcp.flush(now);
            }
            if tcp.waiting_bytes(id) > 0 || !self.give_piece(now, tcp, id) {
                return has_left;
            }
            has_left = true;
        }
    }

    /// Gives a connection all control, for when it is going to end.
    pub(crate) fn leave_for_good(&mut self, now: Instant, tcp: &mut TcpConnections, id: TcpId) {
        while !self.has_said_all() && self.give_piece(now, tcp, id) {}
    }

    fn give_piece(&mut self, now: Instant, tcp: &mut TcpConnections, id: TcpId) -> bool {
        let piece = self.piece();
        tcp.send(now, id, &[piece]);
        let bytes = piece.len();
        self.take(bytes);
        bytes > 0
    }

    /// The next bytes for the connection; empty if nothing waits.
    pub(crate) fn piece(&mut self) -> &[u8] {
        if self.taken == self.piece.len() {
            self.piece.clear();
            self.taken = 0;
            let control = self.control.len().min(PIECE_BYTES);
            self.piece.extend(self.control.drain(..control));
            // Voice frames may only go between complete frames.
            while self.control.is_empty() && self.piece.len() < PIECE_BYTES {
                let Some(length) = self.voice_frames.pop_front() else { break };
                self.piece.extend(self.voice.drain(..usize::from(length)));
            }
        }
        &self.piece[self.taken..]
    }

    /// The connection has taken this many bytes of the piece.
    fn take(&mut self, bytes: usize) {
        self.taken += bytes;
    }

    /// Whether all control has left.
    fn has_said_all(&self) -> bool {
        self.taken == self.piece.len() && self.control.is_empty()
    }

    fn drop_oldest_voice(&mut self) -> bool {
        let Some(length) = self.voice_frames.pop_front() else { return false };
        self.voice.drain(..usize::from(length));
        self.voice_dropped += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emptied(outbox: &mut Outbox) -> Vec<u8> {
        let mut left = Vec::new();
        while !outbox.piece().is_empty() {
            let piece = outbox.piece().to_vec();
            outbox.take(piece.len());
            left.extend(piece);
        }
        left
    }

    #[test]
    fn control_leaves_first_and_in_order_and_the_oldest_voice_goes_when_it_piles_up() {
        let mut outbox = Outbox::new(100, 6);
        for frame in [b"v1", b"v2", b"v3", b"v4"] {
            outbox.push(Delivery::Unreliable, frame).unwrap();
        }
        outbox.push(Delivery::Reliable, b"c1").unwrap();
        outbox.push(Delivery::Reliable, b"c2").unwrap();
        assert_eq!(emptied(&mut outbox), b"c1c2v2v3v4");
        assert_eq!(outbox.voice_dropped, 1);
    }

    #[test]
    fn control_that_does_not_fit_is_refused_whole() {
        let mut outbox = Outbox::new(5, 6);
        assert_eq!(outbox.push(Delivery::Reliable, b"abc"), Ok(()));
        assert_eq!(outbox.push(Delivery::Reliable, b"def"), Err(Full));
        assert_eq!(emptied(&mut outbox), b"abc");
    }

    #[test]
    fn stale_voice_is_not_sent() {
        let mut outbox = Outbox::new(5, 100);
        for frame in [b"a1", b"b1", b"a2"] {
            outbox.push(Delivery::Unreliable, frame).unwrap();
        }
        outbox.forget_voice(|frame| frame[0] == b'a');
        assert_eq!(emptied(&mut outbox), b"b1");
    }

    #[test]
    fn a_frame_of_control_is_never_torn_by_voice() {
        let mut outbox = Outbox::new(100_000, 100);
        outbox.push(Delivery::Reliable, &vec![b'c'; PIECE_BYTES + 1]).unwrap();
        outbox.push(Delivery::Unreliable, b"v").unwrap();
        let left = emptied(&mut outbox);
        assert_eq!(left.iter().position(|byte| *byte == b'v'), Some(PIECE_BYTES + 1));
    }
}
