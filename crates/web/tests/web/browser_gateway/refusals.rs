//! The reasons that a page is told when its player is not admitted.

use std::time::{Duration, Instant};

use consonance_browser::control::RefusalCode;
use consonance_browser::{BrowserPlayer, BrowserSettings, PageEnd, PageLinkCommand};
use consonance_link::gateway::PlaceBoard;
use consonance_link::{EndCode, EndReason, SHUTTING_DOWN, ServerLinkEvent, ServerNetwork as _};
use consonance_server::bans::{Ban, BanTarget};
use consonance_server::token::TokenError;
use consonance_server::{Refusal, SessionRefusal};
use consonance_session::JOIN_TOKEN_BYTES_MAX;
use consonance_web::Signalling as _;
use consonance_web::browser_gateway::{GatewaySettings, browser_gateways};
use serde_json::{Value, json};

use crate::browser_gateway::fixture::{CountedReservations, Fixture, info, join, join_with};
use crate::browser_gateway::paper::Pages;

/// The message to a page whose player is rejected for this reason.
fn told(reason: &EndReason) -> Value {
    let (pages, now) = (Pages::default(), Instant::now());
    let reservations = std::sync::Arc::new(CountedReservations::default());
    let (entrance, mut gateways) = browser_gateways(
        [pages.shard()],
        GatewaySettings::default(),
        reservations,
        info(),
        &PlaceBoard::default(),
    );
    let mut gateway = gateways.pop().unwrap();
    let _joined = entrance.join(join("Alice"));
    assert_eq!(gateway.poll_event(now, &mut Vec::new()), None);
    let page = pages.newest();
    pages.connect(page);
    let Some(ServerLinkEvent::Connected { peer, .. }) = gateway.poll_event(now, &mut Vec::new()) else {
        panic!("she is introduced")
    };
    gateway.reject(now, peer, reason);
    while gateway.poll_event(now, &mut Vec::new()).is_some() {}
    serde_json::from_str(pages.messages(page).last().unwrap()).unwrap()
}

#[test]
fn the_code_is_the_servers_and_not_in_the_words() {
    let words = "the tournament is over: the password is wrong: try again in 5 s";
    for (reason, expected) in [
        (
            EndReason::with_words(EndCode::Denied, words),
            json!({"type": "refused", "code": "other", "message": format!("the server does not admit this player: {words}"), "retryInMs": null}),
        ),
        (
            EndReason { retry_in: Some(Duration::from_secs(5)), ..EndCode::ServerBusy.into() },
            json!({"type": "refused", "code": "full", "message": "the server is at its limit: try again in 5 s", "retryInMs": 5000}),
        ),
        (
            EndReason { until: Some(2_000_000_000), ..EndReason::with_words(EndCode::Banned, words) },
            json!({"type": "refused", "code": "banned", "message": format!("banned from this server until 2033-05-18T03:33:20Z: {words}"), "retryInMs": null, "until": 2_000_000_000}),
        ),
        (
            EndReason { redirect: Some("quic://b.example:1/main".into()), ..EndCode::Draining.into() },
            json!({"type": "refused", "code": "closing", "message": "the server is about to shut down and accepts no more players: join quic://b.example:1/main instead", "retryInMs": null, "redirect": "quic://b.example:1/main"}),
        ),
    ] {
        assert_eq!(told(&reason), expected);
    }
    assert_eq!(told(&EndCode::NameInUse.into())["code"], "name");
    assert_eq!(told(&EndCode::Elsewhere.into())["type"], "disconnected");
}

/// The end of a player that reads the server's words from the end of its link, as over a `WebSocket`.
fn by_line(line: &str) -> Option<PageEnd> {
    let settings = BrowserSettings {
        name: "Alice".into(),
        session: "x".into(),
        token: None,
        password: None,
        place: None,
        slots: 4,
        encrypts: false,
    };
    let (mut player, now) = (BrowserPlayer::new(settings), consonance_session::Instant::START);
    assert_eq!(player.poll_command(), Some(PageLinkCommand::Open));
    player.handle_connected(now);
    player.handle_link_lost(now, line.as_bytes());
    player.end()
}

#[test]
fn what_a_server_says_has_a_code() {
    let names = || "Bob: try again in 5 s".to_owned();
    for (refusal, code) in [
        (Refusal::PasswordWrong, RefusalCode::Password),
        (Refusal::PasswordMissing, RefusalCode::Password),
        (Refusal::TooManyGuesses { wait_s: 30 }, RefusalCode::Password),
        (Refusal::EitherMissing, RefusalCode::Password),
        (Refusal::BothMissing, RefusalCode::Password),
        (Refusal::NameReserved, RefusalCode::Name),
        (Refusal::Token(TokenError::OtherName { name: names() }), RefusalCode::Name),
        (Refusal::Token(TokenError::Missing), RefusalCode::Token),
        (Refusal::Token(TokenError::Malformed("it has no name")), RefusalCode::Token),
        (Refusal::Token(TokenError::Signature), RefusalCode::Token),
        (Refusal::Token(TokenError::KeyEnded), RefusalCode::Token),
        (Refusal::Token(TokenError::Expired { expires_at: 7 }), RefusalCode::Token),
        (Refusal::Token(TokenError::NotYet { not_before: 7 }), RefusalCode::Token),
        (Refusal::Token(TokenError::OtherSession { session: names() }), RefusalCode::Token),
        (Refusal::Token(TokenError::OtherAudience { expected: "consonance".into() }), RefusalCode::Token),
        (Refusal::HookFailed, RefusalCode::Other),
        (Refusal::Denied { reason: String::new() }, RefusalCode::Other),
        (Refusal::Denied { reason: "the tournament is over".to_owned() }, RefusalCode::Other),
    ] {
        assert_eq!(by_line(&EndReason::from(&refusal).encode()), Some(PageEnd::Refused(code)), "{refusal}");
    }
    for (refusal, code) in [
        (SessionRefusal::Full { max: 7 }, RefusalCode::Full),
        (SessionRefusal::Unknown { session: "full".into(), served: vec!["name".into()] }, RefusalCode::Other),
    ] {
        assert_eq!(by_line(&EndReason::from(&refusal).encode()), Some(PageEnd::Refused(code)), "{refusal}");
    }
    let ban = Ban {
        id: 1,
        target: BanTarget::Name("bob".into()),
        session: None,
        reason: "the password is wrong".into(),
        until: None,
        since: 0,
        by: "operator".into(),
    };
    assert_eq!(by_line(&ban.end_reason().encode()), Some(PageEnd::Refused(RefusalCode::Banned)));
    assert_eq!(
        by_line(SHUTTING_DOWN),
        Some(PageEnd::Refused(RefusalCode::Other)),
        "words of a server without codes"
    );
}

#[test]
fn a_token_is_as_long_as_the_page_of_signalling_says_and_one_byte_more_is_refused_with_a_code() {
    let page = include_str!("../../../../../docs/browser/signalling.md");
    assert!(page.contains(&format!("the session accepts {JOIN_TOKEN_BYTES_MAX}, including the password")));
    let is_refused = |token: usize, password: Option<usize>| {
        let (mut fixture, text) = (Fixture::new(), |length| "x".repeat(length));
        let wish = join_with("Alice", |body| {
            (body.token, body.password) = (Some(text(token)), password.map(text));
        });
        fixture.ask(wish).unwrap().unwrap();
        let page = fixture.pages.newest();
        fixture.pages.connect(page);
        fixture.run(Duration::from_secs(1));
        let messages = fixture.pages.messages(page);
        let told: Vec<Value> =
            messages.iter().map(|message| serde_json::from_str(message).unwrap()).collect();
        told.iter().any(|message| message["type"] == "refused" && message["code"] == "token")
    };
    assert!(!is_refused(JOIN_TOKEN_BYTES_MAX, None) && is_refused(JOIN_TOKEN_BYTES_MAX + 1, None));
    // One byte separates token and password.
    assert!(!is_refused(JOIN_TOKEN_BYTES_MAX - 9, Some(8)) && is_refused(JOIN_TOKEN_BYTES_MAX - 8, Some(8)));
}
