//! Additions to the answer that str0m writes.

use std::fmt::Write as _;

use str0m::Rtc;
use str0m::change::SdpAnswer;

use super::Slot;

/// The text of the answer without the parts that this end does not support. It asks for frames of 20 ms: the length of
/// a browser's, and the one that every listener expects. It declares the slots as send-only, with the numbers of their
/// streams.
pub(super) fn text(answer: &SdpAnswer, rtc: &Rtc, slots: &[Slot]) -> String {
    let plain = answer.to_sdp_string();
    let mut text = String::with_capacity(plain.len() + 4096);
    let mut section = Section::default();
    for line in plain.lines() {
        if line.starts_with("m=") {
            section.end(&mut text, rtc);
            section = Section { is_audio: line.starts_with("m=audio"), ..Section::default() };
        } else if let Some(mid) = line.strip_prefix("a=mid:") {
            section.slot = slots.iter().find(|slot| *slot.mid == *mid);
        } else if let Some(track) = line.strip_prefix("a=msid:") {
            section.track = track;
        }
        // Feedback on arrival times needs a header extension that the answer does not have.
        if line.ends_with(" transport-cc") {
            continue;
        }
        if section.slot.is_some() && line == "a=inactive" {
            text.push_str("a=sendonly");
        } else {
            // str0m writes 0 for an unknown rate, which is not a valid one (RFC 7587, section 6.1: 8000 to 48000 Hz).
            text.push_str(&line.replace("maxplaybackrate=0;", ""));
        }
        text.push_str("\r\n");
    }
    section.end(&mut text, rtc);
    text
}

#[derive(Default)]
struct Section<'a> {
    is_audio: bool,
    slot: Option<&'a Slot>,
    track: &'a str,
}

impl Section<'_> {
    fn end(&self, text: &mut String, rtc: &Rtc) {
        if let Some(slot) = self.slot {
            let (source, track) = (*slot.source, self.track);
            let name = rtc.media(slot.mid).map_or("", |media| media.cname());
            // RFC 5576, section 4.1, and the way that browsers identified tracks before `a=msid`.
            let _ = write!(text, "a=ssrc:{source} cname:{name}\r\na=ssrc:{source} msid:{track}\r\n");
        }
        if self.is_audio {
            text.push_str("a=ptime:20\r\na=maxptime:20\r\n");
        }
    }
}
