//! What an answer says besides what str0m writes.

use str0m::change::SdpAnswer;

/// The answer as a text without what it cannot keep, which asks for frames of 20 ms: the length of a browser's, and
/// what every listener expects.
pub(super) fn text(answer: &SdpAnswer) -> String {
    let plain = answer.to_sdp_string();
    let mut text = String::with_capacity(plain.len() + 1024);
    let mut is_audio = false;
    for line in plain.lines() {
        if line.starts_with("m=") {
            end_section(&mut text, is_audio);
            is_audio = line.starts_with("m=audio");
        }
        // Times of arrival, for which the answer has no extension.
        if !line.ends_with(" transport-cc") {
            // What an answer says of a rate that it does not know, and no rate (RFC 7587,
            // section 6.1: 8000 to 48000 Hz).
            text.push_str(&line.replace("maxplaybackrate=0;", ""));
            text.push_str("\r\n");
        }
    }
    end_section(&mut text, is_audio);
    text
}

fn end_section(text: &mut String, is_audio: bool) {
    if is_audio {
        text.push_str("a=ptime:20\r\na=maxptime:20\r\n");
    }
}
