//! The bodies of fuzz targets, which the tests run, too: formats that come from files.

mod spoiling;

use crate::{LoggedEpoch, MemberReport};
pub use spoiling::{SpoilingCrypto, SpoilingSuite, spoiling};

/// Reads the bytes as a log of keys.
///
/// # Panics
/// If what was read is another log when it is written and read again, or opens a frame that is none.
pub fn key_log(bytes: &[u8]) {
    let Ok(epochs) = LoggedEpoch::read_log(&String::from_utf8_lossy(bytes)) else { return };
    let written: String = epochs.iter().map(LoggedEpoch::to_line).collect();
    let again = LoggedEpoch::read_log(&written).expect("it was written just now");
    let of = |epoch: &LoggedEpoch| {
        (epoch.group, epoch.secret.epoch(), *epoch.secret.base_key(), epoch.members.clone())
    };
    assert!(again.iter().map(of).eq(epochs.iter().map(of)));
    let mut frames = crate::KeptFrames::new(&epochs);
    assert!(!frames.open("Alice", bytes, &mut Vec::new()), "no member sealed these bytes");
}

/// Reads the bytes as the content of a report.
///
/// # Panics
/// If it is another one when it is written and read again, or more frames of it count as signed than it has.
pub fn member_report(bytes: &[u8]) {
    let Some(report) = MemberReport::parse(bytes) else { return };
    for voice in &report.voices {
        assert!(voice.signed_frames() <= voice.frames.len());
    }
    assert_eq!(MemberReport::parse(&report.to_bytes()), Some(report));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_nearly_right_are_read_without_harm() {
        let secret = "ab".repeat(48);
        let key = "cd".repeat(32);
        let log = format!("epoch 7 9 {secret} 0:{key}:QWxpY2U:\n");
        let report = [&[0, 0, 0, 3, 0, 2, 9, 9, 0, 1, b'A', 0, 0][..], &[0; 8], &[0, 1, b'x', 0]].concat();
        let voice = [&[0; 4][..], &[0; 6], &[0, 0, 0, 1], &[0; 4], &[0, 1, 9], &[1, 0, 2, 1, 1]].concat();
        let report = [&report[..report.len() - 1], &[1], &voice].concat();
        assert!(MemberReport::parse(&report).is_some());
        for (bytes, target) in [(log.as_bytes(), key_log as fn(&[u8])), (&report, member_report)] {
            for place in 0..bytes.len() {
                for change in [1, 0x20, 0x80] {
                    let mut changed = bytes.to_vec();
                    changed[place] ^= change;
                    target(&changed);
                }
                target(&bytes[..place]);
            }
            target(bytes);
        }
    }
}
