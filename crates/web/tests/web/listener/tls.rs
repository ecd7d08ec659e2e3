//! The page over TLS, and the redirect to it.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use consonance_link::http::{Tls, by_hand};
use consonance_web::{WebError, WebListener, WebSettings};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::listener::fixture::{Fixture, Sessions};

struct Pair {
    certificate: String,
    key: String,
    der: CertificateDer<'static>,
}

fn pair() -> Pair {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    Pair { certificate: made.cert.pem(), key: made.signing_key.serialize_pem(), der: made.cert.der().clone() }
}

fn tls(pair: &Pair) -> Tls {
    Tls::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes()).unwrap()
}

/// The response to a client that trusts only this certificate.
fn ask(address: SocketAddr, trusted: &Pair, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, by_hand::connect(address)?);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn the_page_is_there_over_tls_and_knows_that_it_is_safe() {
    let pair = pair();
    let fixture = Fixture::with(|settings| settings.tls = Some(tls(&pair)));
    let answer = ask(fixture.address(), &pair, "/api/info").unwrap();
    assert!(answer.contains(r#""secure":true"#), "{answer}");
    assert_eq!(fixture.listener.scheme(), "https");
    let plain = Fixture::new();
    assert!(plain.get("/api/info", &[]).text().contains(r#""secure":true"#), "on this machine");
    let plain = Fixture::with(|settings| settings.host_names = vec!["voice.example.org".into()]);
    let lines = ["Host: voice.example.org"];
    let elsewhere = by_hand::ask_plainly(plain.address(), "GET /api/info", &lines, b"").unwrap();
    assert!(elsewhere.text().contains(r#""secure":false"#), "{elsewhere:?}");
}

#[test]
fn a_proxy_with_tls_makes_the_page_safe() {
    let fixture = Fixture::with(|settings| settings.proxies = vec!["127.0.0.1".parse().unwrap()]);
    let lines = ["Host: voice.example.org", "X-Forwarded-Proto: https"];
    let answer = by_hand::ask_plainly(fixture.address(), "GET /api/info", &lines, b"").unwrap();
    assert!(answer.text().contains(r#""secure":true"#), "{answer:?}");
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart() {
    let (old, new) = (pair(), pair());
    let tls = tls(&old);
    let fixture = Fixture::with(|settings| settings.tls = Some(tls.clone()));
    assert!(ask(fixture.address(), &old, "/").is_ok());
    tls.replace(new.certificate.as_bytes(), new.key.as_bytes()).unwrap();
    assert!(ask(fixture.address(), &old, "/").is_err());
    assert!(ask(fixture.address(), &new, "/").is_ok());
}

#[test]
fn a_connection_without_tls_disturbs_no_other() {
    let pair = pair();
    let fixture = Fixture::with(|settings| settings.tls = Some(tls(&pair)));
    assert!(by_hand::ask(fixture.address(), "GET /", &[], b"").is_err());
    assert!(ask(fixture.address(), &pair, "/").is_ok());
}

#[test]
fn plain_http_is_led_to_the_page_over_tls() {
    let pair = pair();
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let fixture = Fixture::with(|settings| {
        settings.tls = Some(tls(&pair));
        settings.redirect = Some(any_port);
    });
    let (from, port) = (fixture.listener.redirect_addr().unwrap(), fixture.address().port());
    for (host, path, place) in [
        ("voice.example.org", "/", format!("https://voice.example.org:{port}/")),
        ("voice.example.org:80", "/a?b=c", format!("https://voice.example.org:{port}/a?b=c")),
        ("[::1]:80", "//evil.example/", format!("https://[::1]:{port}//evil.example/")),
    ] {
        let lines = [&*format!("Host: {host}")];
        let answer = by_hand::ask_plainly(from, &format!("GET {path}"), &lines, b"").unwrap();
        assert_eq!((answer.status, answer.header("location")), (308, Some(&*place)), "{host}");
    }
    assert_eq!(by_hand::ask_plainly(from, "GET /", &["Host: a b"], b"").unwrap().status, 400);
}

#[test]
fn there_is_no_way_to_a_page_without_tls() {
    let mut settings = WebSettings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    settings.redirect = Some(settings.listen);
    let refused = WebListener::start(&settings, Arc::new(Sessions::default())).unwrap_err();
    assert!(matches!(refused, WebError::NowhereToLead { .. }), "{refused}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let fixture = Fixture::new();
    let settings = WebSettings::new(fixture.address());
    let refused = WebListener::start(&settings, Arc::new(Sessions::default())).unwrap_err();
    assert!(refused.to_string().contains(&fixture.address().to_string()), "{refused}");
}
