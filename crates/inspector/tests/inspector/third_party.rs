//! Users of another application, whose clients' state comes from the server: its JSON and the words of its diagnosis.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use consonance_inspector::{PathLink, Snapshot, why};

/// Alice and Bob with Mumble's clients in one session, each with these changes of its state.
fn snapshot(alice: &[(&str, &str)], bob: &[(&str, &str)]) -> Snapshot {
    let server = r#"{"kind":"server","version":2,"sessions":[{"name":"main","players":["#;
    let [alice, bob] = [("Alice", alice), ("Bob", bob)].map(|(name, changes)| {
        let client = changes.iter().fold(CLIENT.to_owned(), |client, (from, to)| client.replace(from, to));
        format!(r#"{{"name":"{name}","network":"mumble",{client}}}"#)
    });
    let rooms = r#"],"rooms":[{"name":"lobby","listeners":["Bob"]}]}]}"#;
    Snapshot::from_json(&format!("{server}{alice},{bob}{rooms}")).unwrap()
}

const CLIENT: &str = concat!(
    r#""mumble":{"client":"1.5.735, Mumble","self_mute":false,"self_deaf":false,"room":"lobby","#,
    r#""listening":["attic"],"is_tunnelled":true,"voice_ms_ago":60000,"other_codec_ms_ago":null,"#,
    r#""too_many_ms_ago":null}"#
);

#[test]
fn json_names_the_state_as_before() {
    let json = snapshot(&[], &[("attic", "cellar")]).to_json();
    assert!(json.contains(CLIENT) && json.contains(&CLIENT.replace("attic", "cellar")), "{json}");
}

/// The words, and the remedy if there is one.
fn said(snapshot: &Snapshot, link: PathLink) -> (String, Option<String>) {
    let diagnosis = why(std::slice::from_ref(snapshot), "Alice", "Bob");
    let step = diagnosis.steps.into_iter().find(|step| step.link == link).unwrap();
    (step.words, step.remedy)
}

#[test]
fn a_diagnosis_names_the_application_and_its_remedy() {
    let talks = ("60000", "10");
    for (alice, bob, link, words, remedy) in [
        (
            &[][..],
            &[][..],
            PathLink::Microphone,
            "no voice comes from Alice's Mumble (the last: 60.0 s ago)",
            Some(
                "look at Alice's Mumble: the key for push to talk, the threshold of voice activity, or the \
                 microphone",
            ),
        ),
        (&[talks], &[], PathLink::Microphone, "voice came from Alice's Mumble just now", None),
        (&[MUTED], &[], PathLink::Microphone, "Alice's Mumble is muted", Some("ask the inspector of Alice")),
        (&[MUTED], &[], PathLink::Mute, "Alice has muted itself in Mumble", Some("let Alice unmute itself")),
        (&[], &[], PathLink::Mute, "Alice is not muted in Mumble (1.5.735, Mumble)", None),
        (&[], &[], PathLink::Activation, "Alice's Mumble decides what it sends", None),
        (&[], &[], PathLink::Channel, "Alice is in the channel \"lobby\", and speaks to it", None),
        (
            &[("other_codec_ms_ago\":null", "other_codec_ms_ago\":9")],
            &[],
            PathLink::Uplink,
            "the server drops what comes from Alice's Mumble: it is CELT or Speex",
            Some("let Alice use Mumble 1.2.4 or newer"),
        ),
        (
            &[("too_many_ms_ago\":null", "too_many_ms_ago\":9")],
            &[],
            PathLink::Uplink,
            "the server drops what comes from Alice's Mumble: these are more packets than a client may send",
            Some("let Alice send packets of 20 ms"),
        ),
        (
            &[],
            &[],
            PathLink::Ears,
            "Bob's Mumble is not deafened; it is in \"lobby\", and listens to attic",
            None,
        ),
        (
            &[],
            &[("self_deaf\":false", "self_deaf\":true")],
            PathLink::Ears,
            "Bob has deafened itself in Mumble",
            Some("let Bob undeafen itself"),
        ),
    ] {
        let told = said(&snapshot(alice, bob), link);
        assert_eq!(told, (words.to_owned(), remedy.map(str::to_owned)));
    }
}

const MUTED: (&str, &str) = ("self_mute\":false", "self_mute\":true");
