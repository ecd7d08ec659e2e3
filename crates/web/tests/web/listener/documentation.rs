//! `docs/browser/signalling.md`: its examples match the real messages.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::listener::fixture::Fixture;

/// The page's JSON examples, in order.
fn examples() -> Vec<String> {
    let page = include_str!("../../../../../docs/browser/signalling.md").replace("\r\n", "\n");
    let blocks = page.split("```json\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The keys of an object and of its nested objects, with the types of their values.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(keys) => keys.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        Value::Array(items) => {
            items.iter().map(|item| shape(item).to_string()).collect::<BTreeSet<_>>().into_iter().collect()
        }
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "flag".into(),
        Value::Null => Value::Null,
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_examples_of_the_page_are_what_is_really_said() {
    let [info, offer, joined, problem]: [String; 4] = examples().try_into().unwrap();
    let fixture = Fixture::with(|settings| {
        settings.ice_servers.urls = vec!["stun:stun.example.org".into(), "turn:turn.example.org".into()];
        settings.ice_servers.turn_secret = Some("north".into());
    });
    let said = parsed(&fixture.get("/api/info", &[]).text());
    assert_eq!(shape(&said), shape(&parsed(&info)));
    let answer = fixture.post("/api/voice/main", &[], &offer);
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(shape(&parsed(&answer.text())), shape(&parsed(&joined)));
    let refused = fixture.post("/api/voice/another", &[], &offer);
    assert_eq!(parsed(&refused.text()), parsed(&problem));
}
