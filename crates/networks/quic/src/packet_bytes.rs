//! Packets in the form that the network needs: shared bytes, cut from blocks so that few of them cost an allocation.

use bytes::{BufMut as _, Bytes, BytesMut};

/// The size of a block. Small, because a single waiting packet keeps its whole block alive.
const BLOCK_BYTES: usize = 4096;

/// The size of the length prefix of a packet on the control stream, in bytes.
pub(crate) const LENGTH_BYTES: usize = size_of::<u32>();

/// The source of memory for outgoing packets.
#[derive(Debug, Default)]
pub(crate) struct PacketBytes {
    block: BytesMut,
}

impl PacketBytes {
    /// A packet without a prefix, for a DATAGRAM frame.
    pub(crate) fn datagram(&mut self, packet: &[u8]) -> Bytes {
        self.make_room(packet.len());
        self.block.put_slice(packet);
        self.block.split().freeze()
    }

    /// A packet with its length prefix, for the control stream.
    pub(crate) fn frame(&mut self, packet: &[u8]) -> Bytes {
        self.make_room(LENGTH_BYTES + packet.len());
        self.block.put_u32(packet.len() as u32);
        self.block.put_slice(packet);
        self.block.split().freeze()
    }

    fn make_room(&mut self, bytes: usize) {
        if self.block.capacity() < bytes {
            self.block = BytesMut::with_capacity(bytes.max(BLOCK_BYTES));
        }
    }
}
