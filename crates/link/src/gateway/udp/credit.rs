//! How much may be sent to an unproved address.

/// The number of bytes that may still be sent to one address before it is proved by a reply that only the receiver can
/// give. Any sender can spoof the address of a datagram, so everything that is sent there before floods the host that
/// really has it. Forged datagrams gain an attacker nothing as long as no more is sent there than came from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// In bytes; nothing once the address is proved.
    left: Option<usize>,
}

impl Credit {
    /// No credit yet; each received byte adds to it.
    pub fn new() -> Self {
        Self { left: Some(0) }
    }

    /// This many bytes came from the address, which may be spoofed.
    pub fn earn(&mut self, bytes: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_add(bytes);
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

    /// How many bytes may be sent; `None` for any number, once the address is proved.
    pub fn left(&self) -> Option<usize> {
        self.left
    }

    /// Whether so many bytes may be sent.
    pub fn covers(&self, bytes: usize) -> bool {
        self.left.is_none_or(|left| bytes <= left)
    }

    /// The address is proved by data that only a receiver there can know: from now on there is no limit.
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
    fn an_address_gets_a_byte_for_each_that_came_from_it_until_it_is_proved() {
        let mut credit = Credit::new();
        assert!(!credit.spend(1));
        credit.earn(10);
        assert!(!credit.spend(11) && credit.spend(7) && credit.covers(3) && credit.spend(3));
        assert!(!credit.spend(1) && !credit.is_proved());
        credit.prove();
        assert!(credit.spend(usize::MAX) && credit.is_proved());
    }
}
