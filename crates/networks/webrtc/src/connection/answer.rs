//! What an answer says besides what str0m writes.

use std::fmt::Write as _;

use str0m::Rtc;
use str0m::change::SdpAnswer;

use super::Slot;

/// The answer as a text without what it cannot keep, which asks for frames of 20 ms: the length of a browser's, and
/// what every listener expects. Of the slots it says that they are sent in, and by which numbers their streams go.
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
        // Times of arrival, for which the answer has no extension.
        if line.ends_with(" transport-cc") {
            continue;
        }
        if section.slot.is_some() && line == "a=inactive" {
            text.push_str("a=sendonly");
        } else {
            // What an answer says of a rate that it does not know, and no rate (RFC 7587,
            // section 6.1: 8000 to 48000 Hz).
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
            // RFC 5576, section 4.1, and how browsers have told tracks apart before `a=msid`.
            let _ = write!(text, "a=ssrc:{source} cname:{name}\r\na=ssrc:{source} msid:{track}\r\n");
        }
        if self.is_audio {
            text.push_str("a=ptime:20\r\na=maxptime:20\r\n");
        }
    }
}
