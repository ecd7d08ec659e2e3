//! The bodies of fuzz targets, which tests run, too: what clients present to be admitted, what another process has
//! left, and what another node says.

mod fixture;
mod node_messages;

use consonance_session::{ClientId, Instant, Server, ServerSettings, SessionSnapshot};

pub use node_messages::node_messages;

use crate::hand_over::HandOver;
use crate::token::{Key, TokenError, check, read_unchecked};

/// Takes the bytes for a token; then for header and claims, with a line between them, of one that is signed well.
///
/// # Panics
/// If an unsigned token is accepted, or if claims are not the same after they were signed again.
pub fn join_token(bytes: &[u8]) {
    let keys = [Key::from_jwk(KEY).expect("it is a key")];
    let clock = u64::from(bytes.first().copied().unwrap_or(0)) << 24;
    assert!(check(&keys, bytes, clock).is_err(), "this is not signed");
    if let Ok(text) = str::from_utf8(bytes) {
        // Its unverified contents may still be displayed.
        let _ = read_unchecked(text);
    }
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (header, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let token = keys[0].sign_anything(header, claims);
    let Ok(claims) = check(&keys, token.as_bytes(), clock) else { return };
    let again = keys[0].sign(&claims).expect("what was read can be written");
    assert_eq!(check(&keys, again.as_bytes(), clock).as_ref(), Ok(&claims), "signed once more");
    match claims.access("main", claims.name.as_deref().unwrap_or("Alice")) {
        Ok(_) | Err(TokenError::OtherSession { .. }) => {}
        Err(error) => panic!("its own name: {error}"),
    }
}

/// HS256, as that costs a fuzzer least.
const KEY: &str = r#"{"kty":"oct","kid":"a","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}"#;

/// Takes the bytes for what another process has left, and goes on with every session in it.
///
/// # Panics
/// If a session that goes on cannot be left once more, or has then others in it.
pub fn hand_over(bytes: &[u8]) {
    let Ok(left) = HandOver::from_bytes(bytes) else { return };
    let now = Instant::from_millis(1000 * bytes.len() as u64);
    let restored: Vec<_> =
        left.sessions.iter().map(|(name, snapshot)| (name, snapshot, restore(snapshot, now))).collect();
    for (name, snapshot, server) in restored {
        let again = server.snapshot(now);
        assert!(again.places.len() <= snapshot.places.len(), "no place was added to {name:?}");
        let sessions = vec![(name.clone(), again.clone())];
        let next = HandOver { sessions, ..HandOver::default() };
        let read = HandOver::from_bytes(&next.to_bytes()).expect("what was written can be read");
        let [(_, read)] = &read.sessions[..] else { panic!("one session was written") };
        assert_eq!(ids(read), ids(&again), "every place is there");
        assert_eq!(
            restore(read, now).snapshot(now).places.len(),
            again.places.len(),
            "and can be taken over"
        );
    }
}

fn ids(snapshot: &SessionSnapshot) -> Vec<ClientId> {
    snapshot.places.iter().map(|place| place.id).collect()
}

fn restore(snapshot: &SessionSnapshot, now: Instant) -> Server {
    Server::restore(ServerSettings::from_seed(1), snapshot, now)
}
