//! Optional processing of every datagram.

/// The processing of each whole datagram. Both ends have to agree; it is not negotiated on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PacketLayer {
    /// None, the default everywhere.
    #[default]
    None,
    /// CRC-32C (Castagnoli) of all bytes, appended little-endian; datagrams with a wrong checksum are dropped.
    Crc32c,
    /// Every byte XOR-ed with a repeating key. An empty key changes nothing.
    Xor(Vec<u8>),
}

const CHECKSUM_BYTES: usize = 4;

impl PacketLayer {
    /// The number of bytes that it adds to a datagram.
    pub fn overhead_bytes(&self) -> usize {
        match self {
            Self::Crc32c => CHECKSUM_BYTES,
            Self::None | Self::Xor(_) => 0,
        }
    }

    /// Turns the packet in the buffer into a datagram.
    pub fn seal(&self, datagram: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Crc32c => datagram.extend_from_slice(&crc32c(datagram).to_le_bytes()),
            Self::Xor(key) => xor(datagram, key),
        }
    }

    /// The packet of a datagram; `None` if the checksum is missing or wrong. The buffer is for layers that change
    /// bytes.
    pub fn open<'a>(&self, datagram: &'a [u8], buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        match self {
            Self::None => Some(datagram),
            Self::Crc32c => {
                let (packet, checksum) = datagram.split_last_chunk::<CHECKSUM_BYTES>()?;
                (crc32c(packet).to_le_bytes() == *checksum).then_some(packet)
            }
            Self::Xor(key) => {
                buffer.clear();
                buffer.extend_from_slice(datagram);
                xor(buffer, key);
                Some(buffer)
            }
        }
    }
}

fn xor(bytes: &mut [u8], key: &[u8]) {
    for (byte, key) in bytes.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

/// The Castagnoli polynomial (RFC 3720, 12.1), bits in reverse.
const POLYNOMIAL: u32 = 0x82f6_3b78;

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut remainder = index as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = (remainder >> 1) ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        table[index] = remainder;
        index += 1;
    }
    table
};

fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)];
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720, appendix B.4, and the usual check value of CRC catalogues.
    #[test]
    fn checksums_are_those_of_the_standard() {
        let ascending: Vec<u8> = (0..32).collect();
        let table: [(&[u8], u32); 4] = [
            (&[0; 32], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (b"123456789", 0xe306_9283),
        ];
        for (bytes, expected) in table {
            assert_eq!(crc32c(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_sealed_can_be_opened_and_a_changed_checksum_cannot() {
        for layer in [
            PacketLayer::None,
            PacketLayer::Crc32c,
            PacketLayer::Xor(vec![1, 2, 3]),
            PacketLayer::Xor(vec![]),
        ] {
            let mut datagram = b"words".to_vec();
            layer.seal(&mut datagram);
            assert_eq!(datagram.len(), 5 + layer.overhead_bytes());
            assert_eq!(layer.open(&datagram, &mut Vec::new()), Some(b"words".as_slice()));
        }
        let mut datagram = b"words".to_vec();
        PacketLayer::Crc32c.seal(&mut datagram);
        datagram[0] ^= 1;
        assert_eq!(PacketLayer::Crc32c.open(&datagram, &mut Vec::new()), None);
        assert_eq!(PacketLayer::Crc32c.open(b"abc", &mut Vec::new()), None);
    }
}
