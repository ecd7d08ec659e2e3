//! Pages of other sites, wrong methods, and tricks with paths.

use consonance_link::http::by_hand;

use crate::listener::fixture::{Fixture, detail};

const OFFER: &str = r#"{"name":"Mallory","sdp":"v=0"}"#;

#[test]
fn a_page_of_another_site_gets_nothing() {
    let fixture = Fixture::new();
    let own = format!("Origin: http://{}", fixture.address());
    let behind_tls = format!("Origin: https://{}", fixture.address());
    for (origin, status) in [
        (&*own, 201),
        (&*behind_tls, 201),
        ("Origin: http://evil.example", 403),
        ("Origin: null", 403),
        ("Origin: http://127.0.0.1", 403),
    ] {
        let answer = fixture.post("/api/voice/main", &[origin], OFFER);
        assert_eq!(answer.status, status, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let refused = fixture.get("/api/info", &["Origin: http://evil.example"]);
    assert_eq!(refused.status, 403, "{refused:?}");
    let words = detail(&refused);
    assert!(words.contains("proxy") && words.contains("web.origins"), "{words}");
    // Its script may read that, and so say what the operator has to do.
    assert_eq!(refused.header("access-control-allow-origin"), Some("http://evil.example"));
    assert!(refused.text().contains(r#""code":"foreign-origin""#), "{refused:?}");
    assert!(!refused.text().contains("sessions"), "{refused:?}");
    let upgrade = [
        "Origin: http://evil.example",
        "Upgrade: websocket",
        "Connection: upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    assert_eq!(fixture.get("/api/voice/main/signal", &upgrade).status, 403);
}

#[test]
fn a_request_with_two_hosts_or_two_origins_is_refused() {
    let fixture = Fixture::new();
    let host = format!("Host: {}", fixture.address());
    let origin = format!("Origin: http://{}", fixture.address());
    for lines in [
        vec![&*host, "Host: evil.example"],
        vec!["Host: evil.example", &*host],
        vec![&*host, &*host],
        vec![&*host, &*origin, "Origin: http://evil.example"],
    ] {
        let refused = by_hand::ask_plainly(fixture.address(), "GET /api/info", &lines, b"").unwrap();
        assert_eq!(refused.status, 400, "{lines:?}");
        assert!(detail(&refused).contains("expected one"), "{refused:?}");
    }
    assert_eq!(fixture.listener.counters().read().answers[3], 4);
    assert_eq!(fixture.get("/api/info", &[&*origin]).status, 200);
}

/// The response to a browser that was directed here by this host name, for a page from that host.
fn asked_by_name(fixture: &Fixture, name: &str) -> by_hand::Answer {
    let lines = [&*format!("Host: {name}"), &*format!("Origin: http://{name}")];
    by_hand::ask_plainly(fixture.address(), "GET /api/info", &lines, b"").unwrap()
}

#[test]
fn a_foreign_host_name_that_was_made_to_point_here_is_not_answered() {
    let fixture = Fixture::with(|settings| settings.host_names = vec!["gamebox.local".into()]);
    let port = fixture.address().port();
    for name in
        ["127.0.0.1", "[::1]", "192.0.2.7", "localhost", "a.localhost", "gamebox.local", "GameBox.local"]
    {
        assert_eq!(asked_by_name(&fixture, &format!("{name}:{port}")).status, 200, "{name}");
    }
    for name in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "agamebox.local"] {
        let refused = asked_by_name(&fixture, &format!("{name}:{port}"));
        assert_eq!(refused.status, 421, "{name}");
        let words = detail(&refused);
        assert!(words.contains("web.host_names") && words.contains("web.proxies"), "{words}");
    }
    let lines = ["Host: evil.example"];
    assert_eq!(
        by_hand::ask_plainly(fixture.address(), "GET /", &lines, b"").unwrap().status,
        421,
        "the page"
    );
    assert_eq!(
        by_hand::ask_plainly(fixture.address(), "GET /", &[], b"").unwrap().status,
        421,
        "no name at all"
    );
    let in_a_browser = ["Host: evil.example", "Accept: text/html,*/*;q=0.8"];
    let told = by_hand::ask_plainly(fixture.address(), "GET /", &in_a_browser, b"").unwrap();
    assert!(told.status == 421 && told.text().starts_with("over plain HTTP"), "{told:?}");
}

#[test]
fn a_proxy_of_ours_answers_for_the_names_that_it_passes_on() {
    let name = "voice.example.org";
    let behind = |proxy: &str| Fixture::with(|settings| settings.proxies = vec![proxy.parse().unwrap()]);
    assert_eq!(asked_by_name(&behind("127.0.0.1"), name).status, 200);
    assert_eq!(
        asked_by_name(&behind("192.0.2.1"), name).status,
        421,
        "a visitor that is not a proxy comes past it"
    );
}

#[test]
fn a_page_of_a_site_that_the_operator_has_named_is_answered_so_that_it_can_read_it() {
    let fixture = Fixture::with(|settings| settings.origins = vec!["https://game.example.org".into()]);
    let own = "Origin: https://game.example.org";
    let lines = [own, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"];
    let asked = by_hand::ask(fixture.address(), "OPTIONS /api/voice/main", &lines, b"").unwrap();
    assert_eq!((asked.status, asked.header("access-control-allow-headers")), (204, Some("content-type")));
    for answer in
        [asked, fixture.post("/api/voice/main", &[own], OFFER), fixture.post("/api/voice/main", &[own], "")]
    {
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://game.example.org"),
            "{answer:?}"
        );
        assert_eq!(
            (answer.header("vary"), answer.header("access-control-allow-credentials")),
            (Some("origin"), None)
        );
    }
    for other in
        ["Origin: http://game.example.org", "Origin: https://game.example.org.evil.example", "Origin: null"]
    {
        assert_eq!(fixture.post("/api/voice/main", &[other], OFFER).status, 403, "{other}");
    }
}

#[test]
fn what_is_no_json_is_not_read() {
    let fixture = Fixture::new();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let lines = [&*format!("Content-Type: {kind}"), &*format!("Content-Length: {}", OFFER.len())];
        let answer =
            by_hand::ask(fixture.address(), "POST /api/voice/main", &lines, OFFER.as_bytes()).unwrap();
        assert_eq!(answer.status, 415, "{kind}");
    }
    let lines =
        ["Content-Type: Application/JSON; charset=utf-8", &*format!("Content-Length: {}", OFFER.len())];
    let answer = by_hand::ask(fixture.address(), "POST /api/voice/main", &lines, OFFER.as_bytes()).unwrap();
    assert_eq!(answer.status, 201);
}

#[test]
fn wrong_methods_and_paths_are_told_so() {
    let fixture = Fixture::new();
    for (request, status) in [
        ("GET /api/voice/main", 405),
        ("PUT /api/voice/main", 405),
        ("DELETE /", 405),
        ("OPTIONS /api/voice/main", 405),
        ("GET /api/voice/main/signal", 400),
        ("GET /api/voice/", 404),
        ("GET /api/voice/a/b", 404),
        ("GET //", 404),
        ("GET /../Cargo.toml", 404),
        ("GET /%2e%2e/Cargo.toml", 404),
        ("GET /api/info/..%2f..", 404),
        ("GET /nothing", 404),
    ] {
        let answer = by_hand::ask(fixture.address(), request, &[], b"").unwrap();
        assert_eq!(answer.status, status, "{request}");
        detail(&answer);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{request}");
    }
    for garbage in ["GET", "GET /\u{1}", "\u{16}\u{3}\u{1}", "GET / HTTP/3"] {
        if let Ok(answer) = by_hand::ask(fixture.address(), garbage, &[], b"") {
            assert!((400..500).contains(&answer.status), "{garbage:?}: {answer:?}");
        }
    }
    assert!(fixture.is_well());
}

#[test]
fn only_own_proxies_are_trusted_about_the_visitors_address() {
    let fixture = Fixture::new();
    fixture.post("/api/voice/main", &["X-Forwarded-For: 203.0.113.7"], OFFER);
    assert_eq!(fixture.sessions.player("key-0", |_| true).remote, Some(fixture.address().ip()));
    let fixture = Fixture::with(|settings| settings.proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    fixture.post("/api/voice/main", &["X-Forwarded-For: 1.2.3.4, 203.0.113.7"], OFFER);
    assert_eq!(fixture.sessions.player("key-0", |_| true).remote, Some("203.0.113.7".parse().unwrap()));
}
