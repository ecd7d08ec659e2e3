//! The control messages: as their documentation shows them, and within their bounds.

use std::collections::BTreeSet;

use consonance_browser::control::{
    Addressee, Amplitude, FROM_PAGE_BYTES_MAX, FROM_PAGE_VALUES_MAX, FromPage, MessageError, PageTarget,
    ToPage,
};
use proptest::prelude::*;
use serde_json::Value;

const PAGE: &str = include_str!("../../../../docs/browser/control.md");

#[test]
fn every_message_of_a_page_is_read_as_the_document_shows_it() {
    let examples = examples("## From the page");
    for example in &examples {
        let message = FromPage::read(example).unwrap_or_else(|problem| panic!("{example}: {problem}"));
        assert_ne!(message, FromPage::Unknown, "{example}");
        let written = serde_json::to_string(&message).unwrap();
        assert_eq!(FromPage::read(&written), Ok(message), "{written}");
    }
    let all = "change close group ignore leave listen moderate open ping place stats text unlisten";
    assert_eq!(types(&examples), all);
}

#[test]
fn every_message_to_a_page_is_written_as_the_document_shows_it() {
    let examples = examples("## To the page");
    for example in &examples {
        let message: ToPage = serde_json::from_str(example).unwrap_or_else(|e| panic!("{example}: {e}"));
        assert_eq!(message.to_json(), *example);
    }
    let all = "channels closing disconnected downlink entered exited group joined left listeners moderated moved placed player \
               pong problem recorded refused removedFromRoom restricted roomFull roomRights roster slot \
               speaking text textRateLimited uplink";
    assert_eq!(types(&examples), all);
}

#[test]
fn types_and_keys_are_in_camel_case_and_words_in_kebab_case() {
    for example in examples("## From the page").into_iter().chain(examples("## To the page")) {
        assert!(!has_snake_case(&serde_json::from_str(&example).unwrap()), "{example}");
    }
}

#[test]
fn types_and_keys_that_are_not_known_are_passed_over() {
    assert_eq!(FromPage::read(r#"{"type":"dance","with":{"player":"Bob"}}"#), Ok(FromPage::Unknown));
    let with_more = r#"{"mood":[1],"type":"text","to":{"room":"a","floor":2},"text":"b","font":null}"#;
    let text = FromPage::Text { to: PageTarget::Room("a".into()), text: "b".into() };
    assert_eq!(FromPage::read(with_more), Ok(text));
}

#[test]
fn what_is_no_message_is_refused_in_words() {
    for (text, about, words) in [
        ("", None, "a message is a JSON object with the key `type`: EOF while parsing"),
        ("[1,2]", None, "a message is a JSON object"),
        (r#"{"room":"lobby"}"#, None, "missing field `type`"),
        (r#"{"type":7}"#, None, "expected a string"),
        (r#"{"type":"listen"}"#, Some("listen"), "`listen`: missing field `room`"),
        (r#"{"type":"listen","room":5}"#, Some("listen"), "invalid type: integer `5`"),
        (r#"{"type":"listen","room":""}"#, Some("listen"), "a name is empty"),
        (r#"{"type":"open","channel":1}"#, Some("open"), "missing field `to`"),
        (r#"{"type":"open","channel":0,"to":{"room":"a"}}"#, Some("open"), "1 to 4294967295, and not 0"),
        (r#"{"type":"open","channel":4294967296,"to":{"room":"a"}}"#, Some("open"), "not 4294967296"),
        (r#"{"type":"open","channel":-1,"to":{"room":"a"}}"#, Some("open"), "integer `-1`"),
        (r#"{"type":"open","channel":1.5,"to":{"room":"a"}}"#, Some("open"), "floating point `1.5`"),
        (r#"{"type":"open","channel":1,"to":{}}"#, Some("open"), "either `room` or `player`"),
        (r#"{"type":"open","channel":1,"to":{"room":"a","player":"b"}}"#, Some("open"), "either"),
        (r#"{"type":"change","channel":1,"amplitude":2.5}"#, Some("change"), "0 to 2, and not 2.5"),
        (r#"{"type":"change","channel":1,"amplitude":-0.1}"#, Some("change"), "not -0.1"),
        (r#"{"type":"change","channel":1,"amplitude":1e999}"#, Some("change"), "number out of range"),
        (r#"{"type":"change","channel":1,"amplitude":NaN}"#, None, "expected value"),
        (
            r#"{"type":"change","channel":1,"priority":"highest"}"#,
            Some("change"),
            "unknown variant `highest`",
        ),
        (r#"{"type":"place","x":1e300,"y":0,"z":0}"#, Some("place"), "at most 10000 km"),
        (r#"{"type":"place","x":0,"y":0}"#, Some("place"), "missing field `z`"),
        (r#"{"type":"place","x":0,"y":0,"z":0,"world":7}"#, Some("place"), "invalid type: integer `7`"),
        (r#"{"type":"ping","id":9007199254740992}"#, Some("ping"), "above 2⁵³ − 1"),
        (r#"{"type":"stats","lostPercent":101,"delayMs":0}"#, Some("stats"), "0 to 100, and not 101"),
        (r#"{"type":"stats","lostPercent":1,"delayMs":-1}"#, Some("stats"), "a time in ms"),
        (r#"{"type":"moderate","id":1,"player":"b","action":"deafen"}"#, Some("moderate"), "`deafen`"),
        (r#"{"type":"moderate","id":1,"player":"b","action":"move","from":"a"}"#, Some("moderate"), "`to`"),
    ] {
        let problem = FromPage::read(text).expect_err(text);
        assert_eq!(problem.about(), about, "{text}");
        assert!(problem.to_string().contains(words), "{text}: {problem}");
    }
}

#[test]
fn what_is_too_long_is_refused_before_it_is_read() {
    let padded = |bytes: usize| {
        let message = r#"{"type":"leave"}"#;
        format!("{message}{}", " ".repeat(bytes - message.len()))
    };
    assert_eq!(FromPage::read(&padded(FROM_PAGE_BYTES_MAX)), Ok(FromPage::Leave));
    let bytes = FROM_PAGE_BYTES_MAX + 1;
    assert_eq!(FromPage::read(&padded(bytes)), Err(MessageError::TooLong { bytes }));
    let nested = format!(r#"{{"type":"leave","a":{}"#, "[".repeat(200));
    assert!(matches!(FromPage::read(&nested), Err(MessageError::NoMessage { .. })));
}

#[test]
fn what_has_too_many_values_is_refused_before_it_is_read() {
    let list = |values: usize| format!(r#"{{"type":"leave","a":[0{}]}}"#, ",0".repeat(values - 4));
    assert_eq!(FromPage::read(&list(FROM_PAGE_VALUES_MAX)), Ok(FromPage::Leave));
    assert_eq!(FromPage::read(&list(FROM_PAGE_VALUES_MAX + 1)), Err(MessageError::TooManyValues));
    let nested = format!(r#"{{"type":"leave","a":{}"#, "[".repeat(10_000));
    assert_eq!(FromPage::read(&nested), Err(MessageError::TooManyValues));
    let text = r#"[{,\\\"[,"#.repeat(100);
    let quoted = FromPage::read(&format!(r#"{{"type":"text","to":{{"room":"a"}},"text":"{text}"}}"#));
    assert!(matches!(quoted, Ok(FromPage::Text { .. })), "{quoted:?}");
}

#[test]
fn names_and_texts_have_their_longest() {
    let listen = |bytes| FromPage::read(&format!(r#"{{"type":"listen","room":"{}"}}"#, "a".repeat(bytes)));
    assert!(listen(1002).is_ok());
    assert!(
        listen(1003).unwrap_err().to_string().contains("a name has 1003 bytes, at most 1002 are allowed")
    );
    let text = |bytes| {
        FromPage::read(&format!(r#"{{"type":"text","to":{{"room":"a"}},"text":"{}"}}"#, "a".repeat(bytes)))
    };
    assert!(text(998).is_ok());
    assert!(text(999).unwrap_err().to_string().contains("a text has 999 bytes, at most 998 are allowed"));
    let place = |bytes| {
        FromPage::read(&format!(r#"{{"type":"place","x":0,"y":0,"z":0,"world":"{}"}}"#, "a".repeat(bytes)))
    };
    assert!(place(256).is_ok());
    let words = "the name of a world has 257 bytes, at most 256 are allowed";
    assert!(place(257).unwrap_err().to_string().contains(words));
}

#[test]
fn words_about_a_message_are_bounded_however_long_it_is() {
    let kind = "ü".repeat(5000);
    let problem = FromPage::read(&format!(r#"{{"type":"open","channel":"{kind}"}}"#)).unwrap_err();
    assert!(problem.to_string().len() < 512, "{problem}");
}

#[test]
fn what_is_loud_beyond_all_bounds_is_told_as_the_loudest() {
    let told = [f32::NAN, f32::NEG_INFINITY, -1.0, 0.5, 3.0, f32::INFINITY].map(Amplitude::nearest);
    assert_eq!(told.map(|told| told.get().to_string()), ["0", "0", "0", "0.5", "2", "2"]);
}

proptest! {
    #[test]
    fn whatever_a_page_says_is_a_message_or_a_problem(text in ".{0,200}") {
        let _ = FromPage::read(&text);
    }

    #[test]
    fn whatever_is_changed_in_a_message_what_is_read_can_be_written_and_read(
        nth in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        with in any::<char>(),
    ) {
        let examples = examples("## From the page");
        let mut text: Vec<char> = nth.get(&examples).chars().collect();
        let at = at.index(text.len());
        text[at] = with;
        if let Ok(message) = FromPage::read(&text.iter().collect::<String>()) {
            let written = serde_json::to_string(&message).unwrap();
            prop_assert_eq!(FromPage::read(&written), Ok(message));
        }
    }

    #[test]
    fn whatever_others_are_called_the_page_reads_their_own_words(name in ".{1,200}", text in ".{0,900}") {
        let to = Addressee::Room(name.as_str().into());
        let told = ToPage::Text { id: 7, name: name.into(), to, text: text.into() };
        prop_assert_eq!(serde_json::from_str::<ToPage>(&told.to_json()).unwrap(), told);
    }
}

/// Whether a key, or a text without spaces, contains an underscore.
fn has_snake_case(value: &Value) -> bool {
    match value {
        Value::Object(keys) => keys.iter().any(|(key, value)| key.contains('_') || has_snake_case(value)),
        Value::Array(items) => items.iter().any(has_snake_case),
        Value::String(text) => !text.contains(' ') && text.contains('_'),
        _ => false,
    }
}

/// The lines of JSON below a heading, up to the next one of its kind.
fn examples(heading: &str) -> Vec<String> {
    let below = PAGE.split(heading).nth(1).expect("the heading is there");
    let section = below.split("\n## ").next().expect("a split has a first part");
    let blocks = section.split("```json\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines.map(str::to_owned).collect()
}

/// The types of messages, sorted.
fn types(examples: &[String]) -> String {
    let kind = |example: &String| {
        let value: Value = serde_json::from_str(example).expect("examples are JSON");
        value["type"].as_str().expect("every message has a type").to_owned()
    };
    let types: BTreeSet<String> = examples.iter().map(kind).collect();
    types.into_iter().collect::<Vec<_>>().join(" ")
}
