//! How much may be sent to an address that nobody has proved.

/// How many bytes go to an address for each one that came from it, until somebody there has shown that what we send
/// arrives: as in QUIC (RFC 9000, section 8.1).
const FACTOR: usize = 3;

/// What may still be sent to one address. Anybody can name it as where a datagram comes from, so that everything which
/// is sent there before it is proved floods whoever really has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// In bytes; nothing once the address is proved.
    left: Option<usize>,
}

impl Credit {
    /// Nothing may be sent yet.
    pub fn new() -> Self {
        Self { left: Some(0) }
    }

    /// So many bytes came from the address, whoever sent them.
    pub fn earn(&mut self, bytes: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_add(bytes.saturating_mul(FACTOR));
        }
    }

    /// Whether so many bytes may be sent; if so, they count as sent.
    pub fn spend(&mut self, bytes: usize) -> bool {
        let is_covered = self.covers(bytes);
        if let Some(left) = &mut self.left
            && is_covered
        {
            *left -= bytes;
        }
        is_covered
    }

    /// Whether so many bytes may be sent.
    pub fn covers(&self, bytes: usize) -> bool {
        self.left.is_none_or(|left| bytes <= left)
    }

    /// Something came back that only somebody can know who gets what is sent there: from now on there is no limit.
    pub fn prove(&mut self) {
        self.left = None;
    }

    /// Whether the address is proved.
    pub fn is_proved(&self) -> bool {
        self.left.is_none()
    }
}

impl Default for Credit {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_three_bytes_for_each_that_came_from_it_until_it_is_proved() {
        let mut credit = Credit::new();
        assert!(!credit.spend(1));
        credit.earn(10);
        assert!(!credit.spend(31) && credit.spend(20) && credit.covers(10) && credit.spend(10));
        assert!(!credit.spend(1) && !credit.is_proved());
        credit.prove();
        assert!(credit.spend(usize::MAX) && credit.is_proved());
    }
}
