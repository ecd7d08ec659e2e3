//! Webhook payloads match their description.

use std::fs;
use std::time::Duration;

use consonance_server::recording::{SessionRecorder, SessionRecordingSettings};
use consonance_server::{SecretText, Webhook, WebhookEvent, WebhookSettings, Webhooks};
use consonance_testing::folder::path_of_test;
use consonance_testing::http_server::{HttpServer, ok};
use serde_json::{Map, Value, json};

use crate::api::call;
use crate::ask::{TOKEN, ask, bearer};
use crate::fixture::{Fixture, wait_until};

/// Much longer than any of this takes.
const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn each_event_is_told_as_it_is_described_and_counted() {
    let server = HttpServer::start(|_| ok(""));
    let webhooks = Webhooks::default();
    let settings = WebhookSettings::new(server.url().parse().unwrap(), SecretText::new("shared"));
    webhooks.follow(vec![Webhook::new(settings).unwrap()]).unwrap();
    let folder = path_of_test("webhooks");
    let mut recording = SessionRecordingSettings::default();
    (recording.sessions, recording.free_bytes_min) = (vec!["*".into()], 0);
    let recorder = SessionRecorder::start_with_webhooks(&folder, recording, webhooks.clone()).unwrap();
    let fixture = Fixture::with_webhooks(&webhooks, &recorder);
    let alice = fixture.talker("Alice", "main");
    for target in [json!({"name": "alice"}), json!({"address": "192.0.2.0/24"}), json!({"subject": "4711"})] {
        let ban = json!({"target": target, "reason": "cheating", "duration_s": 600});
        assert_eq!(call(&fixture, "POST /api/v1/bans", Some(&ban)).0, 201);
    }
    drop(alice);
    let told = || bodies(&server);
    wait_until(|| told().iter().any(|body| body["event"] == "recording-ready"));
    wait_until(|| webhooks.statistics()[0].waiting == 0);
    assert_eq!(counted(&fixture, "delivered"), told().len().to_string());
    let description: Value =
        serde_json::from_str(&ask(&fixture.listener, "GET /api/openapi.json", &[]).body).unwrap();
    let bans = call(&fixture, "GET /api/v1/bans", None).1;
    let recordings = call(&fixture, "GET /api/v1/recordings", None).1;
    drop(fixture);
    recorder.stop();
    webhooks.stop(PATIENCE);

    let told = told();
    for event in WebhookEvent::ALL {
        let name = serde_json::to_value(event).unwrap();
        let of_event: Vec<_> = told.iter().filter(|body| body["event"] == name).collect();
        assert!(!of_event.is_empty(), "{name} was not told: {told:?}");
        let operation = &description["webhooks"][name.as_str().unwrap()]["post"];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        for body in of_event {
            check(&description, schema, body).unwrap_or_else(|what| panic!("{name}: {what}: {body}"));
        }
    }
    let described = description["webhooks"].as_object().map(Map::len);
    assert_eq!(described, Some(WebhookEvent::ALL.len()), "and nothing else is described");
    // Compared with what the API shows for the same objects.
    let of = |event: &str, what: &str| {
        told.iter().filter(|body| body["event"] == event).map(|body| body[what].clone()).collect::<Vec<_>>()
    };
    assert_eq!(json!(of("banned", "ban")), bans);
    assert_eq!(of("recording-ready", "recording")[0], recordings["recordings"][0]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn webhooks_are_described_for_independent_readers() {
    let fixture = Fixture::new(crate::ask::settings());
    let description = ask(&fixture.listener, "GET /api/openapi.json", &[]).body;
    let description = oas3::from_json(&description).unwrap();
    let names: Vec<_> = description.webhooks.keys().map(String::as_str).collect();
    let expected: Vec<_> =
        WebhookEvent::ALL.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    assert_eq!(names.len(), expected.len());
    for (name, webhook) in &description.webhooks {
        assert!(expected.contains(&json!(name)), "{name}");
        let post = webhook.post.as_ref().unwrap();
        assert!(post.summary.is_some() && post.request_body.is_some(), "{name}");
        assert!(!post.security.is_empty(), "{name}: it is signed, and asks for no token");
    }
}

fn bodies(server: &HttpServer) -> Vec<Value> {
    server.requests().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

/// The metric of the only webhook with this result.
fn counted(fixture: &Fixture, result: &str) -> String {
    let metrics = ask(&fixture.listener, "GET /metrics", &[&bearer(TOKEN)]).body;
    let has_it = |line: &&str| {
        line.starts_with("consonance_webhook_events_total{") && line.contains(&format!("result=\"{result}\""))
    };
    metrics.lines().find(has_it).and_then(|line| line.rsplit(' ').next()).unwrap_or(&metrics).to_owned()
}

/// Validates a value against a schema, as far as this description uses JSON Schema; undescribed members are errors.
fn check(description: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        let target = description.pointer(pointer).ok_or_else(|| format!("no {name}"))?;
        return check(description, target, value);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().filter(|choice| check(description, choice, value).is_ok()).count();
        return if fits == 1 { Ok(()) } else { Err(format!("{fits} choices fit {value}")) };
    }
    if let Some(choices) = schema["enum"].as_array() {
        return if choices.contains(value) { Ok(()) } else { Err(format!("no choice is {value}")) };
    }
    let is_of = |kind: &Value| match kind.as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        Some("object") => value.is_object(),
        Some("null") => value.is_null(),
        _ => false,
    };
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    if !kinds.iter().any(is_of) {
        return Err(format!("{value} is not {kinds:?}"));
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.into_iter().find(|name| !members.contains_key(*name)) {
        return Err(format!("{missing} is missing"));
    }
    for (name, member) in members {
        let known = schema["properties"].get(name).ok_or_else(|| format!("{name} is not described"))?;
        check(description, known, member).map_err(|what| format!("{name}: {what}"))?;
    }
    Ok(())
}
