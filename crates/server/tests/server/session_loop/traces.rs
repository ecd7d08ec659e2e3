//! Traces of joins: spans, parents and outcomes; packets are not traced.

use std::time::Duration;

use consonance_server::spans::{AttributeValue, FinishedSpan, FinishedSpans, Tracer, TracerSettings};
use consonance_server::{Admission, JoiningSettings, SecretText, SessionsSettings};
use consonance_session::NameTaken;

use crate::session_loop::fixture::Fixture;
use crate::session_loop::player::Player;

fn traced(change: impl FnOnce(&mut SessionsSettings)) -> (Fixture, FinishedSpans) {
    let (tracer, finished) = Tracer::new(&TracerSettings::default());
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.tracer = tracer;
    change(&mut settings);
    (Fixture::with_settings(&settings, 1), finished)
}

/// The spans that have ended since the last call.
pub(crate) fn taken(finished: &FinishedSpans) -> Vec<FinishedSpan> {
    std::iter::from_fn(|| finished.try_next()).collect()
}

/// The names of the spans, each with its error.
fn told(spans: &[FinishedSpan]) -> Vec<(&str, Option<&str>)> {
    spans.iter().map(|span| (span.name, span.error.as_deref())).collect()
}

fn attribute(span: &FinishedSpan, key: &str) -> String {
    match span.attributes.iter().find(|(known, _)| *known == key) {
        Some((_, AttributeValue::Text(text))) => text.to_string(),
        Some((_, value)) => format!("{value:?}"),
        None => String::new(),
    }
}

#[test]
fn a_join_is_a_trace_with_its_admission_and_speaking_is_none() {
    let (mut fixture, finished) = traced(|_| {});
    let mut alice = fixture.player("Alice", 0, "main").talk("lobby");
    let mut bob = fixture.player("Bob", 0, "main").listen("lobby");
    fixture.settle(&mut [&mut alice, &mut bob]);
    let spans = taken(&finished);
    let expected = [("admission", None), ("join", None), ("admission", None), ("join", None)];
    assert_eq!(told(&spans), expected);
    let (admission, join) = (&spans[0], &spans[1]);
    assert_eq!((admission.parent, admission.trace), (Some(join.id), join.trace));
    assert_ne!(join.trace, spans[3].trace);
    for (key, value) in [
        ("consonance.session", "main"),
        ("consonance.network", "memory"),
        ("consonance.outcome", "joined"),
        ("consonance.worker", "Integer(0)"),
    ] {
        assert_eq!(attribute(join, key), value, "{key}");
    }
    for number in 0..50 {
        alice.client.send_voice(&[number; 40]).unwrap();
        fixture.settle(&mut [&mut alice, &mut bob]);
    }
    assert!(bob.seen.iter().any(|line| line.contains("says")), "{:?}", bob.seen);
    assert_eq!(told(&taken(&finished)), []);
}

#[test]
fn a_join_that_is_refused_has_the_reason() {
    let (mut fixture, finished) = traced(|settings| {
        let mut joining = JoiningSettings::default();
        joining.passwords = vec![("*".into(), SecretText::new("sesame"))];
        settings.admission = Admission::new(joining);
    });
    let mut alice = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut alice]);
    let spans = taken(&finished);
    let reason = Some("password-missing");
    assert_eq!(told(&spans), [("admission", reason), ("join", reason)]);
    assert_eq!(attribute(&spans[1], "consonance.outcome"), "refused");

    let mut lost = fixture.player("Bob", 0, "elsewhere");
    fixture.settle(&mut [&mut lost]);
    let spans = taken(&finished);
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert_eq!((spans[0].name, spans[0].error.is_some()), ("join", true));
    assert_eq!(attribute(&spans[0], "consonance.session"), "elsewhere");
}

#[test]
fn a_link_that_never_joins_ends_its_trace() {
    let (mut fixture, finished) = traced(|_| {});
    let mut silent = fixture.networks[0].client("main");
    consonance_link::ClientNetwork::connect(&mut silent, fixture.now);
    fixture.run_once();
    assert_eq!(told(&taken(&finished)), []);
    silent.lose_link();
    fixture.run_once();
    assert_eq!(told(&taken(&finished)), [("join", Some("disconnected"))]);
}

#[test]
fn a_player_whose_link_was_lost_resumes() {
    let (mut fixture, finished) = traced(|_| {});
    let mut alice = fixture.player_of_ours("Alice", "{}", "main");
    fixture.settle(&mut [&mut alice]);
    assert_eq!(told(&taken(&finished)).last(), Some(&("join", None)));
    alice.transport.lose_link();
    fixture.settle(&mut [&mut alice]);
    wait(&mut fixture, &mut [&mut alice], Duration::from_secs(2));
    let spans = taken(&finished);
    assert_eq!(told(&spans), [("resume", None)], "{spans:?}");
    assert_eq!(attribute(&spans[0], "consonance.outcome"), "resumed");
}

#[test]
fn a_newcomer_takes_over_the_name_of_a_player_that_leaves() {
    let (mut fixture, finished) = traced(|settings| {
        let mut joining = JoiningSettings::default();
        joining.name_taken = NameTaken::Keep;
        settings.admission = Admission::new(joining);
    });
    let mut silent = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut silent]);
    taken(&finished);
    let mut newcomer = fixture.player("Alice", 0, "main");
    fixture.settle(&mut [&mut silent, &mut newcomer]);
    assert!(!newcomer.has_seen("joined") && taken(&finished).len() == 1, "it has its admission, and waits");
    silent.transport.lose_link();
    fixture.settle(&mut [&mut newcomer]);
    assert!(newcomer.has_seen("joined"), "{:?}", newcomer.seen);
    let spans = taken(&finished);
    let expected = [("admission", None), ("takeover", None), ("join", None)];
    assert_eq!(told(&spans), expected, "it is asked about again when the name is free");
    assert_eq!(spans[1].parent, Some(spans[2].id));
    assert_eq!(attribute(&spans[2], "consonance.outcome"), "took-over");
}

/// Lets time pass for these players.
fn wait(fixture: &mut Fixture, players: &mut [&mut Player], time: Duration) {
    for _ in 0..time.as_secs() {
        fixture.wait(Duration::from_secs(1));
        let now = fixture.now;
        for player in players.iter_mut() {
            player.wake(now);
        }
        fixture.settle(players);
    }
}
