//! The joining hook with a real, minimal HTTP server.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use consonance_server::bans::{Ban, BanTarget};
use consonance_server::records::{Records, RecordsSettings};
use consonance_server::spans::{SpanKind, Tracer, TracerSettings};
use consonance_server::token::{Claims, Key};
use consonance_server::{
    Admission, Hook, HookSettings, HookStatistics, JoiningSettings, SecretText, SessionsSettings,
};
use consonance_session::JoinToken;

use crate::session_loop::fixture::Fixture;
use crate::session_loop::http_server::{HttpServer, ok, start_tls};
use crate::session_loop::player::Player;
use crate::session_loop::traces::taken;

/// Far longer than any of these tests takes; none waits for it to pass.
const PATIENCE: Duration = Duration::from_mins(2);

struct HookStage {
    fixture: Fixture,
    hook: Hook,
}

impl HookStage {
    fn new(url: &str, set_up: impl FnOnce(&mut HookSettings, &mut JoiningSettings)) -> Self {
        Self::with_records(url, Records::in_memory(RecordsSettings::default()), set_up)
    }

    fn traced(url: &str, tracer: Tracer) -> Self {
        Self::with(url, Records::in_memory(RecordsSettings::default()), tracer, |_, _| {})
    }

    fn with_records(
        url: &str,
        records: Records,
        set_up: impl FnOnce(&mut HookSettings, &mut JoiningSettings),
    ) -> Self {
        Self::with(url, records, Tracer::default(), set_up)
    }

    fn with(
        url: &str,
        records: Records,
        tracer: Tracer,
        set_up: impl FnOnce(&mut HookSettings, &mut JoiningSettings),
    ) -> Self {
        let (mut hook, mut joining) = (HookSettings::new(url.parse().unwrap()), JoiningSettings::default());
        hook.requests.timeout = PATIENCE;
        set_up(&mut hook, &mut joining);
        let hook = Hook::new(hook).unwrap();
        joining.hook = Some(hook.clone());
        let mut settings = SessionsSettings::new(["main"]).unwrap();
        settings.admission = Admission::new(joining);
        settings.records = records;
        settings.tracer = tracer;
        settings.access = vec![("vip".into(), consonance_session::AccessRule::for_both(["gold"]))];
        Self { fixture: Fixture::with_settings(&settings, 1), hook }
    }

    /// Runs until a player has joined, or was refused.
    fn settle(&mut self, player: &mut Player) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.fixture.settle(&mut [player]);
            if let Some(end) = player.ends.first() {
                return end.to_string();
            }
            if player.has_seen("joined") {
                return "joined".into();
            }
            assert!(Instant::now() < deadline, "no answer came");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn join(&mut self, name: &str, shown: &str) -> String {
        let mut player = self.fixture.player_with_token(name, shown, "main");
        self.settle(&mut player)
    }

    /// The counters.
    fn counted(&self) -> HookStatistics {
        self.hook.statistics()
    }
}

#[test]
fn the_hook_is_told_of_the_joining_player_and_its_decision_is_final() {
    let server = HttpServer::start(|request| {
        let is_alice = request.body.contains("\"name\":\"Alice\"");
        ok(if is_alice { r#"{"allow":true}"# } else { r#"{"allow":false,"reason":"you are\nbanned"}"# })
    });
    let mut fixture = HookStage::new(&server.url(), |hook, joining| {
        hook.service.hmac_secret = Some(SecretText::new("shared"));
        hook.service.bearer_token = Some(SecretText::new("bearer of news"));
        joining.passwords = vec![("*".into(), SecretText::new("pass"))];
    });
    let shown = JoinToken::with_password(None, "pass").unwrap();
    let shown = str::from_utf8(shown.as_bytes()).unwrap().to_owned();
    assert_eq!(fixture.join("Alice", &shown), "joined");
    assert!(fixture.join("Bob", &shown).contains("does not admit this player: you arebanned"));
    assert!(fixture.join("Alice", "").contains("requires a password"), "the hook is not even asked");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    let head = requests[0].head.to_lowercase();
    assert!(head.starts_with("post /join http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer bearer of news"), "{head}");
    assert!(head.contains("consonance-signature: t="), "{head}");
    let body: serde_json::Value = serde_json::from_str(&requests[0].body).unwrap();
    assert_eq!((&body["session"], &body["name"]), (&"main".into(), &"Alice".into()));
    let told: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told, ["address", "name", "session"], "and no password");
    let counted = fixture.counted();
    assert_eq!((counted.asked, counted.allowed, counted.denied, counted.failed), (2, 1, 1, 0));
}

#[test]
fn the_hook_goes_on_with_the_trace_of_the_join() {
    let server = HttpServer::start(|request| {
        let is_alice = request.body.contains("\"name\":\"Alice\"");
        if is_alice {
            ok(r#"{"allow":true}"#)
        } else {
            b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_vec()
        }
    });
    let (tracer, finished) = Tracer::new(&TracerSettings::default());
    let mut fixture = HookStage::traced(&server.url(), tracer);
    assert_eq!(fixture.join("Alice", ""), "joined");
    assert_ne!(fixture.join("Bob", ""), "joined");
    let spans = taken(&finished);
    let told: Vec<_> = spans.iter().map(|span| (span.name, span.error.as_deref())).collect();
    let undecided = Some("other-undecided");
    let expected = [
        ("joining_hook", None),
        ("admission", None),
        ("join", None),
        ("joining_hook", Some("status")),
        ("admission", undecided),
        ("join", undecided),
    ];
    assert_eq!(told, expected);
    for (request, spans) in server.requests().iter().zip(spans.chunks(3)) {
        let [hook, admission, join] = spans else { panic!("{spans:?}") };
        assert_eq!((hook.parent, admission.parent, join.parent), (Some(admission.id), Some(join.id), None));
        assert_eq!(hook.kind, SpanKind::Client);
        let expected = format!("00-{}-{}-01", join.trace, hook.id);
        assert_eq!(request.header("traceparent"), Some(&*expected));
    }
}

fn ban(target: BanTarget) -> Ban {
    let (reason, by) = ("too loud".into(), "Ann".into());
    Ban { id: 0, target, session: None, reason, by, since: 0, until: None }
}

#[test]
fn a_banned_player_stays_out_whatever_the_hook_answers() {
    let records = Records::in_memory(RecordsSettings::default());
    records.import_ban(ban(BanTarget::Name("alice".into()))).unwrap();
    let while_asked = records.clone();
    let server = HttpServer::start(move |request| {
        if request.body.contains("\"name\":\"Bob\"") {
            while_asked.import_ban(ban(BanTarget::Name("bob".into()))).unwrap();
        }
        let claims = if request.body.contains("\"name\":\"Carol\"") { r#"{"sub":"4711"}"# } else { "{}" };
        ok(&format!(r#"{{"allow":true,"claims":{claims}}}"#))
    });
    records.import_ban(ban(BanTarget::Subject("4711".into()))).unwrap();
    let mut fixture = HookStage::with_records(&server.url(), records, |_, _| {});
    assert!(fixture.join("Alice", "").contains("banned"), "banned before");
    assert!(fixture.join("Bob", "").contains("banned"), "banned while the hook was asked");
    assert!(fixture.join("Carol", "").contains("banned"), "the account that the hook names is banned");
    assert_eq!(fixture.join("Dave", ""), "joined");
    assert_eq!(fixture.counted().allowed, 4);
}

#[test]
fn the_hook_is_told_a_tokens_claims_and_may_give_others() {
    let server = HttpServer::start(|request| {
        ok(if request.body.contains("\"sub\":\"4711\"") {
            r#"{"allow":true,"claims":{"name":"Alice","tokens":["gold"],"sub":"4711"}}"#
        } else {
            r#"{"allow":true,"claims":{"name":"Somebody else"}}"#
        })
    });
    let key = Key::generate_hs256().unwrap();
    let mut fixture = HookStage::new(&server.url(), |_, joining| joining.token_keys = vec![key.clone()]);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = |subject: &str| {
        let subject = Some(subject.to_owned());
        key.sign(&Claims { subject, expires_at: now + 1000, ..Claims::default() }).unwrap()
    };
    let mut alice = fixture.fixture.player_with_token("Alice", &token("4711"), "main").listen("vip");
    assert_eq!(fixture.settle(&mut alice), "joined");
    fixture.fixture.settle(&mut [&mut alice]);
    assert!(!alice.has_seen("Alice exited vip"), "{:?}", alice.seen);
    assert!(fixture.join("Alice", &token("4712")).contains("is for \"Somebody else\""));
    assert!(!server.requests()[0].body.contains(&token("4711")), "the token itself is not for the hook");
}

#[test]
fn claims_of_the_hook_that_are_for_another_service_are_refused() {
    let server = HttpServer::start(|request| {
        let audience = if request.body.contains("\"name\":\"Alice\"") { "consonance" } else { "shop" };
        ok(&format!(r#"{{"allow":true,"claims":{{"aud":"{audience}"}}}}"#))
    });
    let mut fixture = HookStage::new(&server.url(), |_, _| {});
    assert_eq!(fixture.join("Alice", ""), "joined");
    assert!(fixture.join("Bob", "").contains("for another service"));
}

#[test]
fn secrets_are_sent_only_to_a_hook_that_asks_for_them() {
    let server = HttpServer::start(|_| ok(r#"{"allow":true}"#));
    let mut fixture = HookStage::new(&server.url(), |hook, _| hook.requests.send_secrets = true);
    assert_eq!(fixture.join("Alice", "a ticket of the shop\nand a password"), "joined");
    let body: serde_json::Value = serde_json::from_str(&server.requests()[0].body).unwrap();
    assert_eq!(
        (&body["token"], &body["password"]),
        (&"a ticket of the shop".into(), &"and a password".into())
    );
}

#[test]
fn a_hook_that_fails_admits_no_player_unless_it_fails_open() {
    let elsewhere = HttpServer::start(|_| ok(r#"{"allow":true}"#));
    let redirect =
        format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url());
    let oversized =
        String::from_utf8(ok(&format!(r#"{{"allow":true,"x":"{}"}}"#, "x".repeat(100_000)))).unwrap();
    for (what, answer) in [
        ("garbage", "no HTTP at all\r\n\r\n".to_owned()),
        ("no JSON", String::from_utf8(ok("<html>")).unwrap()),
        ("an error", "HTTP/1.1 500 Oh\r\nContent-Length: 14\r\n\r\n{\"allow\":true}".to_owned()),
        ("another address", redirect),
        ("too much", oversized),
        ("half of it", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"allow\":true}".to_owned()),
        ("nothing", String::new()),
    ] {
        for fail_open in [false, true] {
            let bytes = answer.clone().into_bytes();
            let server = HttpServer::start(move |_| bytes.clone());
            let mut fixture = HookStage::new(&server.url(), |hook, _| hook.requests.fail_open = fail_open);
            let told = fixture.join("Alice", "");
            assert_eq!(told == "joined", fail_open, "{what}: {told}");
            assert!(fail_open || told.contains("try again"), "{what}: {told}");
            assert_eq!(fixture.counted().failed, 1, "{what}");
        }
    }
    assert_eq!(elsewhere.requests().len(), 0, "a redirection is not followed");
}

#[test]
fn a_hook_that_is_dead_or_never_answers_admits_no_player() {
    let mut dead = HookStage::new(&HttpServer::dead_url(), |_, _| ());
    assert!(dead.join("Alice", "").contains("try again"));
    let silent = HttpServer::silent();
    let mut fixture =
        HookStage::new(&silent.url(), |hook, _| hook.requests.timeout = Duration::from_millis(50));
    assert!(fixture.join("Alice", "").contains("try again"));
    assert_eq!(fixture.counted().failed, 1);
}

#[test]
fn more_questions_than_may_wait_count_as_not_answered() {
    let silent = HttpServer::silent();
    let mut fixture =
        HookStage::new(&silent.url(), |hook, _| (hook.requests.threads, hook.requests.queue) = (1, 1));
    let mut first = fixture.fixture.player_with_token("first", "", "main");
    fixture.fixture.settle(&mut [&mut first]);
    silent.until_asked();
    // One request is in progress, and one waits.
    let mut second = fixture.fixture.player_with_token("second", "", "main");
    fixture.fixture.settle(&mut [&mut second]);
    assert!(fixture.join("third", "").contains("try again"));
    assert_eq!(fixture.counted().overflowed, 1);
    assert!(first.ends.is_empty() && second.ends.is_empty());
}

#[test]
fn a_response_for_a_client_that_left_is_dropped() {
    let server = HttpServer::held();
    let mut fixture = HookStage::new(&server.url(), |_, _| ());
    let mut alice = fixture.fixture.player_with_token("Alice", "", "main");
    fixture.fixture.settle(&mut [&mut alice]);
    server.until_asked();
    drop(alice);
    fixture.fixture.settle(&mut []);
    server.release(ok(r#"{"allow":true}"#));
    let mut bob = fixture.fixture.player_with_token("Bob", "", "main");
    assert_eq!(fixture.settle(&mut bob), "joined");
    // The thread that asked counts the answer, perhaps later.
    let deadline = Instant::now() + Duration::from_secs(30);
    while fixture.counted().allowed < 2 {
        assert!(Instant::now() < deadline, "{:?}", fixture.counted());
        fixture.fixture.settle(&mut []);
    }
    assert_eq!((fixture.counted().allowed, fixture.fixture.statistics("main").0), (2, 1));
    let told = fixture.fixture.session_loop.numbers(fixture.fixture.now).hook;
    assert_eq!(told, Some(fixture.counted()), "whoever counts over all workers hears of it");
}

#[test]
fn a_private_authority_is_believed_instead_of_the_usual_ones() {
    let (server, pem) = start_tls(|_| ok(r#"{"allow":true}"#));
    let mut strict = HookStage::new(&server.url(), |_, _| ());
    assert!(strict.join("Alice", "").contains("try again"), "this authority is unknown");
    let mut fixture =
        HookStage::new(&server.url(), |hook, _| hook.service.authorities_pem = Some(pem.into_bytes()));
    assert_eq!(fixture.join("Alice", ""), "joined");
}

#[test]
fn a_reserved_name_can_be_vouched_for_by_the_hook() {
    let server = HttpServer::start(|request| {
        ok(if request.body.contains("Admin Ann") {
            r#"{"allow":true,"claims":{"name":"Admin Ann"}}"#
        } else {
            r#"{"allow":true}"#
        })
    });
    let mut fixture =
        HookStage::new(&server.url(), |_, joining| joining.reserved_names = vec!["Admin*".into()]);
    assert_eq!(fixture.join("Admin Ann", ""), "joined");
    assert!(fixture.join("Admin Bob", "").contains("reserved"));
}
