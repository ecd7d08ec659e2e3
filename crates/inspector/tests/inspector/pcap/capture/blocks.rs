//! A strict reader of pcapng files: any deviation from the format fails.

/// One block of a little-endian file.
pub(crate) struct Block {
    pub(crate) kind: u32,
    body: Vec<u8>,
}

/// All blocks of a file.
pub(crate) fn read(mut file: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    while !file.is_empty() {
        let length = u32_at(file, 4) as usize;
        assert!(length >= 12 && length.is_multiple_of(4), "a block of {length} bytes");
        let (block, rest) = file.split_at(length);
        assert_eq!(u32_at(block, length - 4) as usize, length, "both lengths are the same");
        blocks.push(Block { kind: u32_at(block, 0), body: block[8..length - 4].to_vec() });
        file = rest;
    }
    blocks
}

impl Block {
    pub(crate) fn interface(&self) -> u32 {
        u32_at(&self.body, 0)
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        u64::from(u32_at(&self.body, 4)) << 32 | u64::from(u32_at(&self.body, 8))
    }

    /// The frame of an enhanced packet.
    pub(crate) fn frame(&self) -> &[u8] {
        let length = u32_at(&self.body, 12) as usize;
        assert_eq!(u32_at(&self.body, 16) as usize, length, "nothing is cut off");
        &self.body[20..20 + length]
    }

    /// The text of an option; empty if there is none.
    pub(crate) fn text(&self, code: u16) -> String {
        String::from_utf8(self.option(code).unwrap_or_default()).expect("options are UTF-8")
    }

    /// The number of an option, 4 or 8 bytes.
    pub(crate) fn number(&self, code: u16) -> u64 {
        let bytes = self.option(code).expect("the option is there");
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn option(&self, wanted: u16) -> Option<Vec<u8>> {
        let mut options = &self.body[self.fixed_bytes()..];
        loop {
            let (code, length) = (u16_at(options, 0), usize::from(u16_at(options, 2)));
            match code {
                0 => {
                    assert!(
                        length == 0 && options.len() == 4,
                        "the end of the options is the end of the block"
                    );
                    return None;
                }
                _ if code == wanted => return Some(options[4..4 + length].to_vec()),
                _ => options = &options[4 + length.next_multiple_of(4)..],
            }
        }
    }

    /// Before the options.
    fn fixed_bytes(&self) -> usize {
        match self.kind {
            0x0a0d_0d0a => 16,
            1 => 8,
            5 => 12,
            6 => 20 + self.frame().len().next_multiple_of(4),
            other => panic!("no block of ours is of type {other}"),
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two bytes"))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}
