//! The page is served compressed, is revalidated by its `ETag`, and may load nothing from other origins.

use std::io::Read as _;

use flate2::read::GzDecoder;

use crate::listener::fixture::Fixture;

#[test]
fn the_page_may_load_nothing_from_elsewhere_and_has_the_microphone_for_itself() {
    let answer = Fixture::new().get("/", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = answer.header("content-security-policy").unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("http"), "{policy}");
    assert!(answer.header("permissions-policy").unwrap().contains("microphone=(self)"));
}

#[test]
fn gzip_is_sent_to_clients_that_accept_it_with_the_same_content() {
    let fixture = Fixture::new();
    let (plain, gzip) = (fixture.get("/", &[]), fixture.get("/", &["Accept-Encoding: gzip, br"]));
    assert_eq!((plain.header("content-encoding"), gzip.header("content-encoding")), (None, Some("gzip")));
    let mut body = Vec::new();
    GzDecoder::new(&*gzip.body).read_to_end(&mut body).unwrap();
    assert!(body == plain.body && gzip.body.len() < plain.body.len());
    assert_eq!(gzip.header("vary"), Some("accept-encoding"));
    assert_ne!(gzip.header("etag"), plain.header("etag"));
}

#[test]
fn a_page_that_is_known_is_not_sent_again() {
    let fixture = Fixture::new();
    let answer = fixture.get("/", &["Accept-Encoding: gzip"]);
    // ETags are case-sensitive.
    let first = String::from_utf8(by_hand_etag(&fixture)).unwrap();
    assert_eq!(first.to_ascii_lowercase(), answer.header("etag").unwrap());
    let again = fixture.get("/", &["Accept-Encoding: gzip", &format!("If-None-Match: {first}")]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(fixture.get("/", &["If-None-Match: \"another\""]).status, 200);
}

#[test]
fn a_head_is_asked_for_without_what_follows() {
    let fixture = Fixture::new();
    let answer = consonance_link::http::by_hand::ask(fixture.address(), "HEAD /", &[], b"").unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

/// The `ETag` in its original case.
fn by_hand_etag(fixture: &Fixture) -> Vec<u8> {
    use std::io::Write as _;

    let mut stream = consonance_link::http::by_hand::connect(fixture.address()).unwrap();
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let begin = bytes.windows(7).position(|seven| seven.eq_ignore_ascii_case(b"etag: \"")).unwrap() + 6;
    let length = bytes[begin..].iter().position(|byte| *byte == b'\r').unwrap();
    bytes[begin..begin + length].to_vec()
}
