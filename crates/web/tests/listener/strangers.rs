//! Pages of other sites, wrong methods, and tricks with paths.

use consonance_http::by_hand;

use crate::stage::{Stage, detail};

const OFFER: &str = r#"{"name":"Mallory","sdp":"v=0"}"#;

#[test]
fn a_page_of_another_site_gets_nothing() {
    let stage = Stage::new();
    let own = format!("Origin: http://{}", stage.address());
    let behind_tls = format!("Origin: https://{}", stage.address());
    for (origin, status) in [
        (&*own, 201),
        (&*behind_tls, 201),
        ("Origin: http://evil.example", 403),
        ("Origin: null", 403),
        ("Origin: http://127.0.0.1", 403),
    ] {
        let answer = stage.post("/api/voice/main", &[origin], OFFER);
        assert_eq!(answer.status, status, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let refused = stage.get("/api/info", &["Origin: http://evil.example"]);
    assert!(refused.status == 403 && detail(&refused).contains("proxy"), "{refused:?}");
    let upgrade = [
        "Origin: http://evil.example",
        "Upgrade: websocket",
        "Connection: upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    assert_eq!(stage.get("/api/voice/main/signal", &upgrade).status, 403);
}

#[test]
fn a_page_of_a_site_that_the_operator_has_named_is_answered_so_that_it_can_read_it() {
    let stage = Stage::with(|settings| settings.origins = vec!["https://game.example.org".into()]);
    let own = "Origin: https://game.example.org";
    let lines = [own, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"];
    let asked = by_hand::ask(stage.address(), "OPTIONS /api/voice/main", &lines, b"").unwrap();
    assert_eq!((asked.status, asked.header("access-control-allow-headers")), (204, Some("content-type")));
    for answer in
        [asked, stage.post("/api/voice/main", &[own], OFFER), stage.post("/api/voice/main", &[own], "")]
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
        assert_eq!(stage.post("/api/voice/main", &[other], OFFER).status, 403, "{other}");
    }
}

#[test]
fn what_is_no_json_is_not_read() {
    let stage = Stage::new();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let lines = [&*format!("Content-Type: {kind}"), &*format!("Content-Length: {}", OFFER.len())];
        let answer = by_hand::ask(stage.address(), "POST /api/voice/main", &lines, OFFER.as_bytes()).unwrap();
        assert_eq!(answer.status, 415, "{kind}");
    }
    let lines =
        ["Content-Type: Application/JSON; charset=utf-8", &*format!("Content-Length: {}", OFFER.len())];
    let answer = by_hand::ask(stage.address(), "POST /api/voice/main", &lines, OFFER.as_bytes()).unwrap();
    assert_eq!(answer.status, 201);
}

#[test]
fn wrong_methods_and_paths_are_told_so() {
    let stage = Stage::new();
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
        let answer = by_hand::ask(stage.address(), request, &[], b"").unwrap();
        assert_eq!(answer.status, status, "{request}");
        detail(&answer);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{request}");
    }
    for garbage in ["GET", "GET /\u{1}", "\u{16}\u{3}\u{1}", "GET / HTTP/3"] {
        if let Ok(answer) = by_hand::ask(stage.address(), garbage, &[], b"") {
            assert!((400..500).contains(&answer.status), "{garbage:?}: {answer:?}");
        }
    }
    assert!(stage.is_well());
}

#[test]
fn only_proxies_of_ours_say_who_asks() {
    let stage = Stage::new();
    stage.post("/api/voice/main", &["X-Forwarded-For: 203.0.113.7"], OFFER);
    assert_eq!(stage.sessions.player("key-0", |_| true).remote, Some(stage.address().ip()));
    let stage = Stage::with(|settings| settings.proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    stage.post("/api/voice/main", &["X-Forwarded-For: 1.2.3.4, 203.0.113.7"], OFFER);
    assert_eq!(stage.sessions.player("key-0", |_| true).remote, Some("203.0.113.7".parse().unwrap()));
}
