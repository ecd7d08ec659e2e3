//! Interoperability with a back end of the crate `sframe`: both produce the same frames.

use consonance_e2ee::sframe::{BASE_KEY_BYTES, EpochSecret, FRAME_BYTES_MAX, Opener, Sealer};
use sframe::CipherSuite;
use sframe::frame::{EncryptedFrameView, MediaFrame, SingleUseCounter};
use sframe::key::{DecryptionKey, EncryptionKey};
use sframe::mls::{MlsExporter, MlsKeyId, MlsKeyIdBitRange};

use super::group::{NOW, open_at, seal};

const LEAF: u32 = 300;
const EPOCH: u64 = 21;
const SUITE: CipherSuite = CipherSuite::AesCtr128HmacSha256_80;

/// Exports a base key only for the label and context of RFC 9605, section 5.2.
struct Group;

impl MlsExporter for Group {
    type BaseKey = [u8; BASE_KEY_BYTES];
    type Error = std::fmt::Error;

    fn export_secret(&self, label: &str, context: &[u8], bytes: usize) -> Result<Self::BaseKey, Self::Error> {
        let is_asked =
            (label, context, bytes) == (consonance_e2ee::sframe::BASE_KEY_LABEL, &[], BASE_KEY_BYTES);
        if is_asked { Ok([0x5A; BASE_KEY_BYTES]) } else { Err(std::fmt::Error) }
    }
}

#[test]
fn frames_of_any_length_are_those_of_the_other_back_end() {
    let key_id = MlsKeyId::try_new(0_u64, EPOCH, LEAF, MlsKeyIdBitRange::new(4, 16)).unwrap();
    let their_seal = EncryptionKey::derive_from_mls(SUITE, &Group, key_id).unwrap();
    let their_open = DecryptionKey::derive_from_mls(SUITE, &Group, key_id).unwrap();
    let secret = EpochSecret::new(EPOCH, [0x5A; BASE_KEY_BYTES]);
    let mut our_seal = Sealer::new(&secret, LEAF).unwrap();
    let mut our_open = Opener::new();
    our_open.add_epoch(NOW, secret, 1000).unwrap();
    // These lengths cross the block boundaries of the cipher and of the hash, and the limit for a single HMAC update.
    for (counter, length) in (0_u64..).zip((0..=300).chain([FRAME_BYTES_MAX])) {
        let frame: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
        let metadata = vec![7; length % 40];
        let ours = seal(&mut our_seal, &metadata, &frame);
        let mut number = SingleUseCounter::new(counter);
        let theirs = MediaFrame::try_with_meta_data(&mut number, &frame, &metadata).unwrap();
        let theirs = theirs.encrypt(&their_seal).unwrap();
        assert_eq!(ours, theirs.sframe_cipher_text(), "{length} bytes");
        let opened = EncryptedFrameView::try_with_meta_data(&ours, &metadata).unwrap();
        assert_eq!(opened.decrypt(&their_open).unwrap().payload(), frame);
        let opened = open_at(NOW, &mut our_open, &metadata, theirs.sframe_cipher_text());
        assert_eq!(opened.unwrap().1, frame);
    }
}
