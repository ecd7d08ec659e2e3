//! Voice that waits until the connection has room for it: the newest, and not much.

use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct VoiceQueue {
    packets: VecDeque<Vec<u8>>,
    packets_max: usize,
}

impl VoiceQueue {
    pub(super) fn new(packets_max: usize) -> Self {
        Self { packets: VecDeque::new(), packets_max: packets_max.max(1) }
    }

    /// Whether the oldest was dropped for it.
    pub(super) fn push(&mut self, packet: &[u8]) -> bool {
        let is_full = self.packets.len() >= self.packets_max;
        if is_full {
            self.packets.pop_front();
        }
        self.packets.push_back(packet.to_vec());
        is_full
    }

    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        self.packets.pop_front()
    }
}
