//! An ICE check back to a datagram's source (RFC 8445, section 7.2; RFC 7675): traffic goes there once the peer has
//! answered it.
//!
//! A check's password authenticates its sender, but not its source: the sender may have put any address on it. An
//! answer has the number of the check that it answers, 96 random bits.

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::rtc_crypto::stun::{HEADER_BYTES, MAGIC_COOKIE, USERNAME};

/// A binding request, and what its answer has to be.
#[derive(Clone, Debug)]
pub struct ReturnCheck {
    transaction: [u8; 12],
    datagram: Vec<u8>,
}

impl ReturnCheck {
    /// A check of the peer with this user fragment and password by the one with the other user fragment, which does not
    /// decide about the route. `None` if the names are too long for a check, or the system has no random numbers.
    pub fn new(own: &str, theirs: &str, password: &str) -> Option<Self> {
        let mut chance = [0; 20];
        SystemRandom::new().fill(&mut chance).ok()?;
        let (transaction, tie_breaker) = chance.split_first_chunk::<12>()?;
        let user_name = format!("{theirs}:{own}");
        if user_name.len() > USER_NAME_BYTES_MAX {
            return None;
        }
        let mut datagram = [&BINDING_REQUEST[..], &[0; 2], &MAGIC_COOKIE, transaction].concat();
        put(&mut datagram, USERNAME, user_name.as_bytes());
        put(&mut datagram, PRIORITY, &HOST_PRIORITY.to_be_bytes());
        put(&mut datagram, ICE_CONTROLLED, tie_breaker);
        set_length(&mut datagram, 24);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let tag = hmac::sign(&key, &datagram);
        put(&mut datagram, MESSAGE_INTEGRITY, tag.as_ref());
        set_length(&mut datagram, 8);
        let fingerprint = crc32(&datagram) ^ FINGERPRINT_MASK;
        put(&mut datagram, FINGERPRINT, &fingerprint.to_be_bytes());
        Some(Self { transaction: *transaction, datagram })
    }

    /// The datagram to send, as often as it takes.
    pub fn datagram(&self) -> &[u8] {
        &self.datagram
    }

    /// Whether this is an answer to it, which only its receiver can give.
    pub fn is_answered_by(&self, datagram: &[u8]) -> bool {
        datagram.first_chunk::<HEADER_BYTES>().is_some_and(|header| {
            header[..2] == BINDING_SUCCESS && header[4..8] == MAGIC_COOKIE && header[8..] == self.transaction
        })
    }
}

fn put(datagram: &mut Vec<u8>, kind: [u8; 2], value: &[u8]) {
    datagram.extend_from_slice(&kind);
    datagram.extend_from_slice(&(value.len() as u16).to_be_bytes());
    datagram.extend_from_slice(value);
    datagram.resize(datagram.len().next_multiple_of(4), 0);
}

/// Sets the length in the header: the bytes behind the header, and this many bytes that follow.
fn set_length(datagram: &mut [u8], following: usize) {
    let length = (datagram.len() - HEADER_BYTES + following) as u16;
    datagram[2..4].copy_from_slice(&length.to_be_bytes());
}

/// The CRC of ISO 3309, which is that of Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

// RFC 8489, sections 5 and 18; RFC 8445, section 16.1.
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const MESSAGE_INTEGRITY: [u8; 2] = [0x00, 0x08];
const PRIORITY: [u8; 2] = [0x00, 0x24];
const FINGERPRINT: [u8; 2] = [0x80, 0x28];
const ICE_CONTROLLED: [u8; 2] = [0x80, 0x29];
const FINGERPRINT_MASK: u32 = 0x5354_554e;

/// The priority of a candidate whose kind the other side finds out by itself (RFC 8445, section 5.1.2.1).
const HOST_PRIORITY: u32 = 110 << 24 | 0xffff << 8 | 0xff;

/// Two names of 256 characters with a colon between them (RFC 8839, section 5.4).
const USER_NAME_BYTES_MAX: usize = 513;

#[cfg(test)]
mod tests {
    use str0m::ice::StunMessage;

    use super::*;

    #[test]
    fn a_check_is_what_a_page_reads_and_only_its_own_answer_answers_it() {
        let check = ReturnCheck::new("ours", "theirs", "their password").unwrap();
        let other = ReturnCheck::new("ours", "theirs", "their password").unwrap();
        let message = StunMessage::parse(check.datagram()).unwrap();
        assert!(message.is_binding_request() && message.ice_controlled().is_some());
        assert_eq!(message.split_username(), Some(("theirs", "ours")));
        let sha1_hmac = |key: &[u8], payloads: &[&[u8]]| {
            crate::rtc_crypto::provider().sha1_hmac_provider.sha1_hmac(key, payloads)
        };
        assert!(message.verify(b"their password", sha1_hmac));
        assert!(!message.verify(b"another", sha1_hmac));

        let mut answer = [0; 200];
        let reply = StunMessage::binding_reply(message.trans_id(), ([10, 0, 0, 1], 5).into());
        let length = reply.to_bytes(Some(b"their password"), &mut answer, sha1_hmac).unwrap();
        assert!(check.is_answered_by(&answer[..length]) && !other.is_answered_by(&answer[..length]));
        assert!(!check.is_answered_by(check.datagram()), "a question is no answer");
        assert!((0..20).all(|length| !check.is_answered_by(&answer[..length])));
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
