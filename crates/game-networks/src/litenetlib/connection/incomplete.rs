//! Incomplete messages, of which some fragments are missing.

use std::collections::BTreeMap;

use crate::litenetlib::channel::Fragment;
use crate::litenetlib::settings::ConnectionSettings;

/// Incomplete messages by channel, and by the number that the sender assigned to the message.
#[derive(Debug, Default)]
pub(super) struct Incomplete {
    messages: BTreeMap<(u8, u16), Message>,
    bytes: usize,
}

/// The error when the other end has started more, or larger, messages than the settings allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMuchIncomplete;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Its numbers are invalid, or inconsistent with those of other fragments.
    NoFragment,
    TooMuch,
}

#[derive(Debug)]
struct Message {
    parts: Vec<Option<Vec<u8>>>,
    missing: usize,
}

impl Incomplete {
    /// Adds a fragment. Returns the message if this was the last missing fragment.
    pub(super) fn push(
        &mut self,
        settings: &ConnectionSettings,
        channel: u8,
        fragment: Fragment,
        data: &[u8],
    ) -> Result<Option<Vec<u8>>, Refused> {
        if fragment.part >= fragment.total {
            return Err(Refused::NoFragment);
        }
        let key = (channel, fragment.id);
        let is_new = !self.messages.contains_key(&key);
        if fragment.total > settings.fragments_per_message
            || self.bytes + data.len() > settings.incomplete_bytes_max
            || is_new && self.messages.len() >= settings.incomplete_messages_max
        {
            return Err(Refused::TooMuch);
        }
        let total = usize::from(fragment.total);
        let message =
            self.messages.entry(key).or_insert_with(|| Message { parts: vec![None; total], missing: total });
        let slot = message.parts.get_mut(usize::from(fragment.part)).filter(|slot| slot.is_none());
        let Some(slot) = slot else { return Err(Refused::NoFragment) };
        *slot = Some(data.to_vec());
        message.missing -= 1;
        self.bytes += data.len();
        if message.missing > 0 {
            return Ok(None);
        }
        let parts = self.messages.remove(&key).map(|message| message.parts).unwrap_or_default();
        let whole: Vec<u8> = parts.into_iter().flatten().flatten().collect();
        self.bytes -= whole.len();
        Ok(Some(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(id: u16, part: u16, total: u16) -> Fragment {
        Fragment { id, part, total }
    }

    fn push(
        incomplete: &mut Incomplete,
        fragment: Fragment,
        data: &[u8],
    ) -> Result<Option<Vec<u8>>, Refused> {
        incomplete.push(&ConnectionSettings::default(), 2, fragment, data)
    }

    #[test]
    fn fragments_are_put_together_in_their_order() {
        let mut incomplete = Incomplete::default();
        assert_eq!(push(&mut incomplete, fragment(1, 2, 3), b"c"), Ok(None));
        assert_eq!(push(&mut incomplete, fragment(2, 0, 1), b"whole"), Ok(Some(b"whole".to_vec())));
        assert_eq!(push(&mut incomplete, fragment(1, 0, 3), b"a"), Ok(None));
        assert_eq!(push(&mut incomplete, fragment(1, 1, 3), b"b"), Ok(Some(b"abc".to_vec())));
        assert!(incomplete.messages.is_empty() && incomplete.bytes == 0);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut incomplete = Incomplete::default();
        assert_eq!(push(&mut incomplete, fragment(1, 0, 0), b""), Err(Refused::NoFragment));
        assert_eq!(push(&mut incomplete, fragment(1, 3, 3), b""), Err(Refused::NoFragment));
        assert_eq!(push(&mut incomplete, fragment(1, 0, 3), b"a"), Ok(None));
        assert_eq!(push(&mut incomplete, fragment(1, 0, 3), b"a"), Err(Refused::NoFragment), "doubled");
        assert_eq!(push(&mut incomplete, fragment(1, 3, 4), b"a"), Err(Refused::NoFragment), "another total");
    }

    #[test]
    fn a_flood_of_fragments_meets_its_limits() {
        let mut incomplete = Incomplete::default();
        assert_eq!(push(&mut incomplete, fragment(0, 0, 65), b""), Err(Refused::TooMuch));
        for id in 0..32 {
            assert_eq!(push(&mut incomplete, fragment(id, 0, 64), b""), Ok(None));
        }
        assert_eq!(push(&mut incomplete, fragment(32, 0, 64), b""), Err(Refused::TooMuch));
        let large = vec![0; 64 * 1024];
        for part in 1..5 {
            assert_eq!(push(&mut incomplete, fragment(0, part, 64), &large), Ok(None));
        }
        assert_eq!(push(&mut incomplete, fragment(0, 5, 64), b"a"), Err(Refused::TooMuch));
    }
}
