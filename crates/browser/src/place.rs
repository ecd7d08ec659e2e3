//! A place in a session as text, which a page keeps for another server.

use std::fmt::Write as _;

use consonance_session::{ClientId, ResumeTicket, SessionId, SharedSecret};

const SESSION_BYTES: usize = 4;
const ID_BYTES: usize = 2;
const SECRET_BYTES: usize = 16;

/// Session, id and secret, big endian, in hexadecimal: 44 characters.
pub(crate) fn write(ticket: &ResumeTicket) -> String {
    let ResumeTicket { session: SessionId(session), id: ClientId(id), secret: SharedSecret(secret) } = ticket;
    let bytes = session.to_be_bytes().into_iter().chain(id.to_be_bytes()).chain(*secret);
    bytes.fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads the place that a page presents; `None` if the text is not a place.
pub(crate) fn read(text: &str) -> Option<ResumeTicket> {
    let bytes = text.as_bytes();
    let is_hexadecimal = bytes.iter().all(u8::is_ascii_hexdigit);
    if bytes.len() != 2 * (SESSION_BYTES + ID_BYTES + SECRET_BYTES) || !is_hexadecimal {
        return None;
    }
    let (session, rest) = text.split_at(2 * SESSION_BYTES);
    let (id, secret) = rest.split_at(2 * ID_BYTES);
    Some(ResumeTicket {
        session: SessionId(u32::from_str_radix(session, 16).ok()?),
        id: ClientId(u16::from_str_radix(id, 16).ok()?),
        secret: SharedSecret(u128::from_str_radix(secret, 16).ok()?.to_be_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_way_to_the_page_and_back() {
        let secret = SharedSecret(*b"0123456789abcdef");
        let ticket = ResumeTicket { session: SessionId(0x00AB_CDEF), id: ClientId(7), secret };
        let text = write(&ticket);
        assert_eq!(text, "00abcdef000730313233343536373839616263646566");
        assert_eq!(read(&text), Some(ticket));
    }

    #[test]
    fn what_is_no_place_is_none() {
        let text = "00abcdef000730313233343536373839616263646566";
        for text in ["", &text[1..], &format!("{text}0"), &text.replace("00ab", "+0ab"), &"ä".repeat(22)] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
