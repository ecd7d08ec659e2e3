//! The content of probes, answers and proofs of an address: eight bytes each.

/// The body of a probe, an answer, a challenge and a response.
pub(crate) type Token = [u8; 8];

/// The bit of a probe's first byte that is set if the client receives the server's datagrams and uses the path.
const IN_USE: u8 = 0x01;

/// A client's question whether the path is open. The answer repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) is_in_use: bool,
    pub(crate) number: u32,
}

impl Probe {
    pub(crate) fn encode(self) -> Token {
        let [n0, n1, n2, n3] = self.number.to_be_bytes();
        [if self.is_in_use { IN_USE } else { 0 }, 0, 0, 0, n0, n1, n2, n3]
    }

    pub(crate) fn parse(token: Token) -> Self {
        let [flags, _, _, _, n0, n1, n2, n3] = token;
        Self { is_in_use: flags & IN_USE != 0, number: u32::from_be_bytes([n0, n1, n2, n3]) }
    }
}
