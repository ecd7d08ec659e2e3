//! Recordings over the API: start, stop, playback and removal.

use std::fs;

use consonance_server::recording::{SessionRecorder, SessionRecordingSettings};
use serde_json::{Value, json};

use crate::api::call;
use crate::ask::{TOKEN, bearer, fetch, settings};
use crate::fixture::{Fixture, wait_until};
use crate::reports::folder;

fn act(fixture: &Fixture, action: &str) -> u16 {
    let body = json!({"action": {action: {}}, "by": "Ann"});
    call(fixture, "POST /api/v1/sessions/main/actions", Some(&body)).0
}

fn newest(fixture: &Fixture) -> Value {
    let (status, view) = call(fixture, "GET /api/v1/recordings", None);
    assert_eq!((status, &view["is_set_up"]), (200, &json!(true)), "{view}");
    view["recordings"][0].clone()
}

#[test]
fn a_session_is_recorded_between_two_requests_and_its_voices_are_downloaded_and_removed() {
    let folder = folder("recordings-api");
    let mut limits = SessionRecordingSettings::default();
    limits.free_bytes_min = 0;
    let recorder = SessionRecorder::start(&folder, limits).unwrap();
    let fixture = Fixture::with_recorder(&recorder);
    let _bob = fixture.player("Bob", "main");
    let _alice = fixture.talker("Alice", "main");
    assert_eq!(act(&fixture, "stop_recording"), 409, "it is not being recorded");
    assert_eq!(act(&fixture, "start_recording"), 200);
    assert_eq!(act(&fixture, "start_recording"), 409, "once is enough");
    assert_eq!(call(&fixture, "GET /api/v1/sessions/main", None).1["is_recorded"], true);
    wait_until(|| newest(&fixture)["tracks"] == 1);
    let live = newest(&fixture);
    assert_eq!((&live["ended"], &live["by_operator"]), (&Value::Null, &json!(true)));
    let id = live["id"].as_str().unwrap();
    let path = format!("/api/v1/recordings/{id}");
    assert_eq!(call(&fixture, &format!("DELETE {path}"), None).0, 409, "it goes on");
    assert_eq!(act(&fixture, "stop_recording"), 200);
    wait_until(|| newest(&fixture)["ended"] == "stopped");

    let (_, details) = call(&fixture, &format!("GET {path}"), None);
    let track = &details["tracks"][0];
    assert_eq!((&track["player"], &track["spans"][0]["rooms"]), (&json!("Alice"), &json!(["lobby"])));
    let file = track["file"].as_str().unwrap();
    let (_, body) = fetch(&fixture.listener, &format!("GET {path}/tracks/{file}"), &[&bearer(TOKEN)]);
    assert_eq!(body, fs::read(folder.join(id).join(file)).unwrap());
    assert!(body.starts_with(b"OggS"));
    for elsewhere in ["index.json", "..%2F..%2F.recorder-lock", "%2Fetc%2Fpasswd"] {
        assert_eq!(call(&fixture, &format!("GET {path}/tracks/{elsewhere}"), None).0, 404, "{elsewhere}");
    }
    assert_eq!(call(&fixture, "GET /api/v1/recordings/..%2F../main", None).0, 404);
    let (_, older) = call(&fixture, &format!("GET /api/v1/recordings?before={id}"), None);
    assert_eq!((&older["recordings"], &older["finished"]), (&json!([]), &json!(1)));

    assert_eq!(call(&fixture, &format!("DELETE {path}"), None).0, 200);
    assert_eq!(call(&fixture, &format!("DELETE {path}"), None).0, 404);
    assert!(!folder.join(id).exists());
    assert_eq!(newest(&fixture), Value::Null);
    let (_, log) = call(&fixture, "GET /api/v1/audit", None);
    let actions: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions[1..3], ["remove_recording", "stop_recording"]);
    drop(fixture);
    recorder.stop();
}

#[test]
fn without_a_folder_nothing_can_be_recorded_and_that_is_said() {
    let fixture = Fixture::new(settings());
    assert_eq!(act(&fixture, "start_recording"), 409);
    let (status, view) = call(&fixture, "GET /api/v1/recordings", None);
    assert_eq!((status, &view["is_set_up"], &view["recordings"]), (200, &json!(false), &json!([])));
    assert_eq!(call(&fixture, "DELETE /api/v1/recordings/main/now", None).0, 409);
}
