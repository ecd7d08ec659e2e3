//! The encryption of datagrams: a key for both directions, and a nonce for each, of which only one byte travels.
//!
//! ```text
//! [the nonce's lowest byte] [three bytes of the tag] [what is encrypted]
//! ```
//!
//! A nonce is a number of 128 bits, with the lower byte first, that counts up by one with each datagram from where
//! [`CryptSetup`](crate::control::messages::CryptSetup) has it begin.

use consonance_wire::replay_window::ReplayWindow;

use crate::ocb2::Ocb2;

/// Bytes before the encrypted part.
pub(crate) const HEAD_BYTES: usize = 4;
/// How many datagrams before the newest may arrive after it: no more than the byte can tell apart from those that are
/// ahead.
const LATE_MAX: u64 = 32;
/// How many nonces count as the next ones: enough for some seconds in which a client only pings.
const NEXT_MAX: u8 = 8;

/// The encryption of one client's datagrams.
#[derive(Debug)]
pub(crate) struct Crypt {
    cipher: Ocb2,
    /// The nonce of our last datagram.
    sent: Nonce,
    received: Nonce,
    window: ReplayWindow,
    counts: CryptCounts,
}

/// A nonce that counts from somewhere.
#[derive(Clone, Copy, Debug)]
struct Nonce {
    first: u128,
    counter: u64,
}

/// Counters of a client's datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CryptCounts {
    pub(crate) good: u32,
    pub(crate) late: u32,
    pub(crate) lost: u32,
    pub(crate) resyncs: u32,
}

/// The reason why a datagram could not be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unopened {
    TooShort,
    /// It was received before, or is too old to tell.
    Replayed,
    /// It was not encrypted with this key or this nonce.
    Forged,
}

/// A key and initial nonces, from random bytes.
pub(crate) struct CryptSecrets {
    pub(crate) key: [u8; 16],
    pub(crate) client_nonce: [u8; 16],
    pub(crate) server_nonce: [u8; 16],
}

impl Crypt {
    pub(crate) fn new(secrets: &CryptSecrets) -> Self {
        Self {
            cipher: Ocb2::new(&secrets.key),
            sent: Nonce::from(secrets.server_nonce),
            received: Nonce::from(secrets.client_nonce),
            window: ReplayWindow::default(),
            counts: CryptCounts::default(),
        }
    }

    /// Encrypts a packet; the datagram replaces the contents of `out`.
    pub(crate) fn seal(&mut self, packet: &[u8], out: &mut Vec<u8>) {
        self.sent.counter += 1;
        let nonce = self.sent.at(self.sent.counter);
        out.clear();
        out.extend([0; HEAD_BYTES]);
        out.extend_from_slice(packet);
        let tag = self.cipher.seal(&nonce, &mut out[HEAD_BYTES..]);
        out[..HEAD_BYTES].copy_from_slice(&[nonce[0], tag[0], tag[1], tag[2]]);
    }

    /// Decrypts a datagram; the packet replaces the contents of `out`.
    pub(crate) fn open(&mut self, datagram: &[u8], out: &mut Vec<u8>) -> Result<(), Unopened> {
        let (head, packet) = datagram.split_first_chunk::<HEAD_BYTES>().ok_or(Unopened::TooShort)?;
        let counter = self.received.nearest(head[0]).ok_or(Unopened::Replayed)?;
        if !self.window.is_new(counter) {
            return Err(Unopened::Replayed);
        }
        out.clear();
        out.extend_from_slice(packet);
        let tag = self.cipher.open(&self.received.at(counter), out).ok_or(Unopened::Forged)?;
        if tag[..3] != head[1..] {
            return Err(Unopened::Forged);
        }
        self.note(counter);
        Ok(())
    }

    /// Whether a datagram has one of the next nonces, as far as its one byte tells.
    pub(crate) fn expects(&self, datagram: &[u8]) -> bool {
        let ahead = |lowest: &u8| lowest.wrapping_sub(self.received.at(self.received.counter)[0]);
        datagram.first().map(ahead).is_some_and(|ahead| (1..=NEXT_MAX).contains(&ahead))
    }

    /// The nonce of the last datagram, for a client that has lost count.
    pub(crate) fn server_nonce(&self) -> [u8; 16] {
        self.sent.at(self.sent.counter)
    }

    /// Handles the client's report of its last datagram's nonce.
    pub(crate) fn resync(&mut self, client_nonce: [u8; 16]) {
        self.received = Nonce::from(client_nonce);
        self.window = ReplayWindow::default();
        self.counts.resyncs += 1;
    }

    pub(crate) fn counts(&self) -> CryptCounts {
        self.counts
    }

    /// A datagram was genuine.
    fn note(&mut self, counter: u64) {
        self.counts.good += 1;
        if self.window.note(counter) {
            let missing = counter - self.received.counter - 1;
            self.counts.lost = self.counts.lost.saturating_add(missing as u32);
            self.received.counter = counter;
        } else {
            self.counts.late += 1;
            self.counts.lost = self.counts.lost.saturating_sub(1);
        }
    }
}

impl From<[u8; 16]> for Nonce {
    fn from(bytes: [u8; 16]) -> Self {
        Self { first: u128::from_le_bytes(bytes), counter: 0 }
    }
}

impl Nonce {
    fn at(&self, counter: u64) -> [u8; 16] {
        self.first.wrapping_add(counter.into()).to_le_bytes()
    }

    /// The counter that has this lowest byte, near the present one. None if it would be before the first.
    fn nearest(&self, lowest: u8) -> Option<u64> {
        let ahead = u64::from(lowest.wrapping_sub(self.at(self.counter)[0]));
        if (1..=u64::from(u8::MAX) - LATE_MAX).contains(&ahead) {
            return Some(self.counter + ahead);
        }
        let behind = (256 - ahead) % 256;
        // Counters start at 1: 0 is never used.
        self.counter.checked_sub(behind).filter(|counter| *counter > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Crypt, Crypt) {
        let secrets = CryptSecrets { key: [7; 16], client_nonce: [0xFE; 16], server_nonce: [3; 16] };
        let other = CryptSecrets { client_nonce: [3; 16], server_nonce: [0xFE; 16], ..secrets };
        (Crypt::new(&secrets), Crypt::new(&other))
    }

    fn packet(number: usize) -> Vec<u8> {
        [&[7; 20][..], &number.to_be_bytes()].concat()
    }

    fn sealed(crypt: &mut Crypt, count: usize) -> Vec<Vec<u8>> {
        let seal = |number: usize| {
            let mut out = Vec::new();
            crypt.seal(&packet(number), &mut out);
            out
        };
        (0..count).map(seal).collect()
    }

    #[test]
    fn datagrams_are_opened_once_in_any_order_that_networks_make() {
        let (mut server, mut client) = pair();
        let datagrams = sealed(&mut client, 600);
        let mut packet = Vec::new();
        for (number, expected) in [
            (0, Ok(())),
            (0, Err(Unopened::Replayed)),
            (3, Ok(())),
            (1, Ok(())),
            (3, Err(Unopened::Replayed)),
            (2, Ok(())),
            (200, Ok(())),
            (423, Ok(())),
            (391, Ok(())),
            (391, Err(Unopened::Replayed)),
        ] {
            assert_eq!(server.open(&datagrams[number], &mut packet), expected, "{number}");
            if expected.is_ok() {
                assert_eq!(packet, self::packet(number));
            }
        }
        let CryptCounts { good, late, lost, .. } = server.counts();
        assert_eq!((good, late, lost), (7, 3, 424 - 7));
    }

    #[test]
    fn a_client_that_has_lost_count_is_told_where_the_server_is() {
        let (mut server, mut client) = pair();
        let mut packet = Vec::new();
        let datagrams = sealed(&mut client, 1000);
        assert_eq!(server.open(&datagrams[0], &mut packet), Ok(()));
        assert_eq!(server.open(&datagrams[700], &mut packet), Err(Unopened::Forged));
        server.resync(client.server_nonce());
        let next = sealed(&mut client, 1);
        assert_eq!(server.open(&next[0], &mut packet), Ok(()));
        assert_eq!(
            server.open(&datagrams[999], &mut packet),
            Err(Unopened::Replayed),
            "what was before is over"
        );
        assert_eq!(server.counts().resyncs, 1);
    }

    #[test]
    fn what_is_short_changed_or_of_another_key_is_not_opened() {
        let (mut server, mut client) = pair();
        let mut packet = Vec::new();
        for bytes in 0..HEAD_BYTES {
            assert_eq!(server.open(&vec![0; bytes], &mut packet), Err(Unopened::TooShort));
        }
        let datagram = sealed(&mut client, 1).remove(0);
        for at in 1..datagram.len() {
            let mut changed = datagram.clone();
            changed[at] ^= 4;
            assert_eq!(server.open(&changed, &mut packet), Err(Unopened::Forged), "byte {at}");
        }
        assert_eq!(server.open(&datagram, &mut packet), Ok(()), "none of that was noted");
    }
}
