//! The button that plays what a listener heard, from the file beside the page.

use crate::demo::page::element::Element;
use crate::demo::page::words::isolated;
use crate::demo::report::{Listener, Report};

/// The button needs the script; without it the browser's own controls are shown.
pub(super) fn player(report: &Report, listener: &Listener) -> Element {
    let place = report.listeners.iter().position(|other| other.name == listener.name).unwrap_or_default();
    let label = format!("Play what {} heard", isolated(&listener.name));
    let button = Element::of_class("button", "play")
        .with("type", "button")
        .with("aria-pressed", "false")
        .with("aria-label", &label)
        .with("title", &label)
        .with("data-listener", place)
        .with("data-joined", listener.joined)
        .verbatim(ICON);
    let audio = Element::new("audio")
        .with("controls", "")
        .with("preload", "none")
        .with("aria-label", &label)
        .with("src", beside(&listener.wav));
    let heard = Element::new("small").text(format!("what {} heard", isolated(&listener.name)));
    Element::of_class("div", "listen").child(button).child(audio).child(heard)
}

/// The address of a file in the folder of the page, whatever letters its name has (RFC 3986, 2.1).
fn beside(file: &str) -> String {
    let mut address = "./".to_owned();
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]);
        }
    }
    address
}

fn hexadecimal(digit: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(digit)])
}

/// A triangle, and two bars while it plays.
const ICON: &str = r#"<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path class="start" d="M4 2.5v11L13.5 8Z"/><path class="pause" d="M4 3h3v10H4ZM9 3h3v10H9Z"/></svg>"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_beside_the_page() {
        assert_eq!(beside("Ada.wav"), "./Ada.wav");
        assert_eq!(beside("a#b?c%d e.wav"), "./a%23b%3Fc%25d%20e.wav");
        assert_eq!(beside("javascript:alert(1)"), "./javascript%3Aalert%281%29");
        assert_eq!(beside("é.wav"), "./%C3%A9.wav");
    }
}
