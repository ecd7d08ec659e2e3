//! The public key in a peer's certificate.
//!
//! Nothing else in a certificate counts: the signalling vouches for its fingerprint, and the handshake shows that the
//! peer has the key (RFC 8122, section 5; RFC 8827, section 5.6.4). So its version, names, dates, extensions and own
//! signature are passed over: libdatachannel has certificates of version 1, which verifiers for the web refuse.

use rustls::pki_types::SubjectPublicKeyInfoDer;

/// The key of a certificate of any version (RFC 5280, section 4.1), with its algorithm. `None` if these bytes are not a
/// certificate.
pub(super) fn public_key(certificate: &[u8]) -> Option<SubjectPublicKeyInfoDer<'_>> {
    let mut outermost = Reader(certificate);
    let mut signed = Reader(outermost.element(SEQUENCE)?.content);
    if !outermost.0.is_empty() {
        return None;
    }
    let mut fields = Reader(signed.element(SEQUENCE)?.content);
    if fields.0.first() == Some(&VERSION) {
        fields.element(VERSION)?;
    }
    for tag in BEFORE_KEY {
        fields.element(tag)?;
    }
    Some(fields.element(SEQUENCE)?.whole.into())
}

/// What is left of a series of elements in DER (ITU-T X.690).
struct Reader<'a>(&'a [u8]);

/// One element: its content, and all of it.
struct Element<'a> {
    content: &'a [u8],
    whole: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next element, if it has this tag, and its length is written in the shortest form.
    fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        let (header_bytes, length) = match *self.0 {
            [found, length @ ..=0x7f, ..] if found == tag => (2, length.into()),
            [found, 0x81, length @ 0x80..=0xff, ..] if found == tag => (3, length.into()),
            [found, 0x82, high @ 1..=0xff, low, ..] if found == tag => {
                (4, usize::from(high) << 8 | usize::from(low))
            }
            _ => return None,
        };
        let (whole, rest) = self.0.split_at_checked(header_bytes + length)?;
        self.0 = rest;
        Some(Element { content: &whole[header_bytes..], whole })
    }
}

/// A certificate's fields before its key: serial number, algorithm of its signature, issuer, dates, subject.
const BEFORE_KEY: [u8; 5] = [0x02, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE];

const SEQUENCE: u8 = 0x30;

/// Certificates of version 1 lack it.
const VERSION: u8 = 0xa0;

#[cfg(test)]
pub(super) mod tests {
    use rcgen::PublicKeyData as _;

    use super::*;

    #[test]
    fn the_key_of_a_certificate_of_version_3_is_found() {
        let made = rcgen::generate_simple_self_signed(["WebRTC".to_owned()]).unwrap();
        assert_eq!(key_in(made.cert.der()), Some(made.signing_key.subject_public_key_info()));
    }

    #[test]
    fn the_key_of_a_certificate_of_version_1_is_found() {
        let key = rcgen::KeyPair::generate().unwrap().subject_public_key_info();
        assert_eq!(key_in(&version_1(&key)), Some(key));
    }

    #[test]
    fn an_rsa_key_is_found_too() {
        let certificate = include_bytes!("public_key/rsa_version_1.der");
        let key = key_in(certificate).unwrap();
        assert_eq!(key.len(), 294);
        assert!(key.windows(RSA.len()).any(|bytes| bytes == RSA));
    }

    #[test]
    fn a_truncated_certificate_has_no_key() {
        let key = rcgen::KeyPair::generate().unwrap().subject_public_key_info();
        let certificate = version_1(&key);
        for length in 0..certificate.len() {
            assert_eq!(key_in(&certificate[..length]), None, "{length} bytes");
        }
        assert_eq!(key_in(&[&certificate[..], &[0]].concat()), None, "and one byte more");
    }

    /// Whatever is changed: no panic, and what is found lies inside the certificate.
    #[test]
    fn a_changed_certificate_yields_its_own_bytes_or_nothing() {
        let key = rcgen::KeyPair::generate().unwrap().subject_public_key_info();
        let certificate = version_1(&key);
        for at in 0..certificate.len() {
            for value in 0..=u8::MAX {
                let mut changed = certificate.clone();
                changed[at] = value;
                if let Some(found) = key_in(&changed) {
                    assert!(changed.windows(found.len()).any(|bytes| bytes == found), "byte {at}: {value}");
                }
            }
        }
    }

    #[test]
    fn lengths_that_der_forbids_are_refused() {
        for hostile in [
            &[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0][..],
            &[0x30, 0x81, 0x02, 0x30, 0x00],
            &[0x30, 0x82, 0x00, 0x02, 0x30, 0x00],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30],
            &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x82],
            &[0x30],
            &[],
        ] {
            assert!(Reader(hostile).element(SEQUENCE).is_none(), "{hostile:02x?}");
        }
        assert!(Reader(&[0x30, 0x02, 0x30, 0x00]).element(SEQUENCE).is_some());
        assert!(key_in(&[0x30; 4096]).is_none());
    }

    fn key_in(certificate: &[u8]) -> Option<Vec<u8>> {
        public_key(certificate).map(|key| key.to_vec())
    }

    /// The object identifier of RSA keys (RFC 8017, appendix C).
    const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

    /// A certificate of version 1 that nobody has signed.
    pub(crate) fn version_1(key: &[u8]) -> Vec<u8> {
        let empty = element(SEQUENCE, &[]);
        let fields = [&element(0x02, &[1])[..], &empty, &empty, &empty, &empty, key].concat();
        let signature = element(0x03, &[0]);
        element(SEQUENCE, &[element(SEQUENCE, &fields), empty, signature].concat())
    }

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len() as u16;
        let header = match length {
            0..=0x7f => vec![tag, length as u8],
            0x80..=0xff => vec![tag, 0x81, length as u8],
            _ => [&[tag, 0x82][..], &length.to_be_bytes()].concat(),
        };
        [&header, content].concat()
    }
}
