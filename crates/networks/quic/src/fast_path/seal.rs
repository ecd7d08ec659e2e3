//! Sealing and opening the datagrams of one direction.

use consonance_wire::replay_window::ReplayWindow;

use crate::fast_path::Cipher;
use crate::fast_path::epoch_key::EpochKey;
use crate::fast_path::header::Header;
use crate::fast_path::refusal::DatagramRefusal;
use crate::fast_path::secrets::Secret;

/// Datagrams that one key seals. AES-GCM may seal 2²³ of them (RFC 9001, section 6.6), the other cipher more.
pub(crate) const EPOCH_DATAGRAMS: u64 = 1 << 22;

/// Failed openings after which a direction's keys are not used any more: the smaller of the limits of RFC 9001,
/// section 6.6 (ChaCha20-Poly1305).
const FORGERIES_MAX: u64 = 1 << 36;

/// Seals one direction's datagrams, each with the next counter.
#[derive(Debug)]
pub(crate) struct Sealer {
    secret: Secret,
    cipher: Cipher,
    key: EpochKey,
    next: u64,
}

impl Sealer {
    pub(crate) fn new(secret: &Secret, cipher: Cipher) -> Self {
        Self { secret: secret.clone(), cipher, key: secret.key(cipher, 0), next: 0 }
    }

    /// Appends a datagram to `out`.
    pub(crate) fn seal(&mut self, header: Header, body: &[u8], out: &mut Vec<u8>) {
        let counter = self.next;
        self.next += 1;
        if counter != 0 && counter.is_multiple_of(EPOCH_DATAGRAMS) {
            self.key = self.secret.key(self.cipher, counter / EPOCH_DATAGRAMS);
        }
        let start = out.len();
        header.write(counter, out);
        let header_bytes = out.len() - start;
        out.extend_from_slice(body);
        self.key.seal(counter, out, start, header_bytes);
    }

    #[cfg(test)]
    pub(crate) fn skip_to(&mut self, counter: u64) {
        self.key = self.secret.key(self.cipher, counter / EPOCH_DATAGRAMS);
        self.next = counter;
    }
}

/// Opens one direction's datagrams, each once.
#[derive(Debug)]
pub(crate) struct Opener {
    secret: Secret,
    cipher: Cipher,
    epoch: u64,
    key: EpochKey,
    /// The key of the previous epoch, for datagrams that were overtaken.
    previous: Option<Box<EpochKey>>,
    /// Of the epoch after, once a datagram claimed to be of it and that may be: made once, however many claim that.
    next: Option<Box<EpochKey>>,
    window: ReplayWindow,
    forgeries: u64,
}

/// An authentic datagram that did not arrive before.
pub(crate) struct Opened<'a> {
    pub(crate) body: &'a [u8],
    /// No datagram that was sent later has arrived yet.
    pub(crate) is_newest: bool,
}

impl Opener {
    pub(crate) fn new(secret: &Secret, cipher: Cipher) -> Self {
        Self {
            secret: secret.clone(),
            cipher,
            epoch: 0,
            key: secret.key(cipher, 0),
            previous: None,
            next: None,
            window: ReplayWindow::default(),
            forgeries: 0,
        }
    }

    /// Opens a datagram in place. One that is refused is garbage afterwards, and changes nothing.
    pub(crate) fn open<'a>(
        &mut self,
        counter: u64,
        header_bytes: usize,
        datagram: &'a mut [u8],
    ) -> Result<Opened<'a>, DatagramRefusal> {
        if !self.window.is_new(counter) {
            return Err(DatagramRefusal::Replayed);
        }
        if self.forgeries >= FORGERIES_MAX {
            return Err(DatagramRefusal::Forged);
        }
        let epoch = counter / EPOCH_DATAGRAMS;
        let body = self.key_of(epoch).and_then(|key| key.open(counter, datagram, header_bytes));
        let Some(body) = body else {
            self.forgeries += 1;
            return Err(DatagramRefusal::Forged);
        };
        if epoch > self.epoch {
            self.enter(epoch);
        }
        Ok(Opened { body, is_newest: self.window.note(counter) })
    }

    /// Only neighbours of the present epoch have keys, and the next one only when half of the present one was seen:
    /// two million datagrams in a row are never lost, and forged counters derive no keys.
    fn key_of(&mut self, epoch: u64) -> Option<&EpochKey> {
        if epoch == self.epoch {
            Some(&self.key)
        } else if epoch == self.epoch + 1 && self.has_half_of_epoch() {
            let (secret, cipher) = (&self.secret, self.cipher);
            Some(self.next.get_or_insert_with(|| Box::new(secret.key(cipher, epoch))))
        } else if epoch + 1 == self.epoch {
            self.previous.as_deref()
        } else {
            None
        }
    }

    fn has_half_of_epoch(&self) -> bool {
        let before_half = self.epoch * EPOCH_DATAGRAMS + EPOCH_DATAGRAMS / 2 - 1;
        self.window.highest().is_some_and(|highest| highest >= before_half)
    }

    fn enter(&mut self, epoch: u64) {
        let next = self.next.take().map_or_else(|| self.secret.key(self.cipher, epoch), |key| *key);
        self.previous = Some(Box::new(std::mem::replace(&mut self.key, next)));
        self.epoch = epoch;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fast_path::PathSecrets;
    use crate::fast_path::header::{Kind, TO_CLIENT_HEADER_BYTES};

    const HEADER: Header = Header::ToClient(Kind::Packet);

    fn pair(cipher: Cipher) -> (Sealer, Opener) {
        let secrets = PathSecrets::from_exported(std::array::from_fn(|index| index as u8));
        (Sealer::new(secrets.to_client(), cipher), Opener::new(secrets.to_client(), cipher))
    }

    fn sealed(sealer: &mut Sealer, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        sealer.seal(HEADER, body, &mut out);
        out
    }

    fn open(opener: &mut Opener, datagram: &[u8]) -> Result<Vec<u8>, DatagramRefusal> {
        let counter = u64::from_be_bytes(datagram[1..9].try_into().unwrap());
        let mut datagram = datagram.to_vec();
        opener.open(counter, TO_CLIENT_HEADER_BYTES, &mut datagram).map(|opened| opened.body.to_vec())
    }

    #[test]
    fn what_is_sealed_is_opened_once() {
        for cipher in [Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305] {
            let (mut sealer, mut opener) = pair(cipher);
            for body in [b"a frame".as_slice(), b"", &[7; 1150]] {
                let datagram = sealed(&mut sealer, body);
                assert_eq!(datagram.len(), TO_CLIENT_HEADER_BYTES + body.len() + cipher.tag_bytes());
                assert_eq!(open(&mut opener, &datagram).as_deref(), Ok(body), "{cipher:?}");
                assert_eq!(open(&mut opener, &datagram), Err(DatagramRefusal::Replayed), "{cipher:?}");
            }
        }
    }

    #[test]
    fn a_change_of_any_bit_is_noticed() {
        for cipher in [Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305] {
            let (mut sealer, mut opener) = pair(cipher);
            let datagram = sealed(&mut sealer, b"a frame");
            for bit in 0..datagram.len() * 8 {
                let mut changed = datagram.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(open(&mut opener, &changed), Err(DatagramRefusal::Forged), "bit {bit}");
            }
            for length in TO_CLIENT_HEADER_BYTES..datagram.len() {
                assert_eq!(
                    open(&mut opener, &datagram[..length]),
                    Err(DatagramRefusal::Forged),
                    "{length} bytes"
                );
            }
            assert_eq!(open(&mut opener, &datagram).as_deref(), Ok(b"a frame".as_slice()));
        }
    }

    #[test]
    fn keys_change_with_the_epochs_and_overtaken_datagrams_still_open() {
        let (mut sealer, mut opener) = pair(Cipher::Aes128Gcm);
        sealer.skip_to(EPOCH_DATAGRAMS - 2);
        let datagrams: Vec<_> = (0..4_u8).map(|body| sealed(&mut sealer, &[body])).collect();
        for index in [0, 2, 1, 3] {
            assert_eq!(open(&mut opener, &datagrams[index]), Ok(vec![index as u8]));
        }
        assert_eq!(opener.epoch, 1);
    }

    #[test]
    fn forged_counters_of_other_epochs_change_nothing() {
        let (mut sealer, mut opener) = pair(Cipher::Aes128Gcm);
        let datagram = sealed(&mut sealer, b"a frame");
        for counter in [EPOCH_DATAGRAMS, EPOCH_DATAGRAMS + 1, 2 * EPOCH_DATAGRAMS, u64::MAX] {
            let mut forged = datagram.clone();
            forged[1..9].copy_from_slice(&counter.to_be_bytes());
            assert_eq!(open(&mut opener, &forged), Err(DatagramRefusal::Forged));
        }
        assert_eq!(opener.epoch, 0);
        assert!(opener.next.is_none(), "nothing was derived for them");
        assert!(open(&mut opener, &datagram).is_ok());
    }

    #[test]
    fn the_next_epoch_opens_from_the_middle_of_the_present_one_on() {
        const HALF: u64 = EPOCH_DATAGRAMS / 2;
        for (earlier, seen, next, opens) in [
            (&[][..], HALF - 2, EPOCH_DATAGRAMS, false),
            (&[], HALF - 1, EPOCH_DATAGRAMS, true),
            (&[HALF, EPOCH_DATAGRAMS], EPOCH_DATAGRAMS + HALF - 2, 2 * EPOCH_DATAGRAMS, false),
            (&[HALF, EPOCH_DATAGRAMS], EPOCH_DATAGRAMS + HALF - 1, 2 * EPOCH_DATAGRAMS, true),
        ] {
            let (mut sealer, mut opener) = pair(Cipher::Aes128Gcm);
            for counter in earlier.iter().copied().chain([seen]) {
                sealer.skip_to(counter);
                assert!(open(&mut opener, &sealed(&mut sealer, b"")).is_ok(), "{counter}");
            }
            sealer.skip_to(next);
            assert_eq!(open(&mut opener, &sealed(&mut sealer, b"")).is_ok(), opens, "{seen}");
        }
    }

    #[test]
    fn an_epoch_that_is_not_the_next_is_refused_even_if_it_is_genuine() {
        let (mut sealer, mut opener) = pair(Cipher::Aes128Gcm);
        sealer.skip_to(2 * EPOCH_DATAGRAMS);
        assert_eq!(open(&mut opener, &sealed(&mut sealer, b"")), Err(DatagramRefusal::Forged));
    }

    #[test]
    fn the_directions_have_different_keys() {
        let secrets = PathSecrets::from_exported(std::array::from_fn(|index| index as u8));
        let mut sealer = Sealer::new(secrets.to_server(), Cipher::Aes128Gcm);
        let mut opener = Opener::new(secrets.to_client(), Cipher::Aes128Gcm);
        assert_eq!(open(&mut opener, &sealed(&mut sealer, b"reflected")), Err(DatagramRefusal::Forged));
    }
}
