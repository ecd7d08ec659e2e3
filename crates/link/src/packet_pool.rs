//! Packets that several queues share, in buffers that are reused once nothing holds them.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;

/// The most buffers kept for reuse. Beyond that, packets are allocated and freed.
const POOLED_BUFFERS_MAX: usize = 256;

/// A packet's bytes; a clone shares them.
#[derive(Clone, Debug)]
pub struct SharedPacket(Arc<Vec<u8>>);

impl SharedPacket {
    /// Replaces what is in the buffer by the packet.
    pub fn copy_to(&self, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.extend_from_slice(self);
    }
}

impl Deref for SharedPacket {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for SharedPacket {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The source of [`SharedPacket`]s. In steady state nothing is allocated.
#[derive(Debug, Default)]
pub struct PacketPool {
    /// In the order of their last use, so the front is the likeliest to be free again.
    buffers: VecDeque<Arc<Vec<u8>>>,
}

impl PacketPool {
    /// Copies a packet, once, into a buffer that any number of queues may share.
    pub fn copy(&mut self, packet: &[u8]) -> SharedPacket {
        let mut buffer = self.free_buffer();
        // A free buffer has no other holder, so this never clones.
        let bytes = Arc::make_mut(&mut buffer);
        bytes.clear();
        bytes.extend_from_slice(packet);
        if self.buffers.len() < POOLED_BUFFERS_MAX {
            self.buffers.push_back(Arc::clone(&buffer));
        }
        SharedPacket(buffer)
    }

    fn free_buffer(&mut self) -> Arc<Vec<u8>> {
        let Some(mut oldest) = self.buffers.pop_front() else {
            return Arc::default();
        };
        if Arc::get_mut(&mut oldest).is_some() {
            return oldest;
        }
        self.buffers.push_back(oldest);
        Arc::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_without_holders_is_reused() {
        let mut pool = PacketPool::default();
        let first = pool.copy(b"a packet");
        let buffer = first.as_ptr();
        drop(first);
        let second = pool.copy(b"another");
        assert_eq!(&*second, b"another");
        assert_eq!(second.as_ptr(), buffer);
    }

    #[test]
    fn a_buffer_with_a_holder_is_left_alone() {
        let mut pool = PacketPool::default();
        let held = pool.copy(b"held");
        for _ in 0..10 {
            pool.copy(b"passing");
        }
        assert_eq!(&*held, b"held");
    }

    #[test]
    fn the_pool_stays_bounded_while_everything_is_held() {
        let mut pool = PacketPool::default();
        let held: Vec<_> = (0..2 * POOLED_BUFFERS_MAX).map(|_| pool.copy(b"x")).collect();
        assert!(pool.buffers.len() <= POOLED_BUFFERS_MAX);
        drop(held);
    }
}
