//! Reports over the API: creation, listing, playback and removal.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_server::reports::{Reports, ReportsSettings};
use serde_json::{Value, json};

use crate::api::call;
use crate::ask::{TOKEN, bearer, fetch, settings};
use crate::fixture::{Fixture, wait_until};

/// A path for a folder of this test's own, which does not exist yet.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _was_not_there = fs::remove_dir_all(&folder);
    folder
}

fn fixture(name: &str) -> (Fixture, PathBuf) {
    let folder = folder(name);
    let reports = Reports::open(&folder, ReportsSettings::default()).unwrap();
    (Fixture::with_reports(reports, Duration::from_secs(30)), folder)
}

fn report(fixture: &Fixture, player: &str) -> (u16, Value) {
    let body = json!({"session": "main", "player": player, "reason": "swearing", "by": "Ann"});
    call(fixture, "POST /api/v1/reports", Some(&body))
}

#[test]
fn a_report_is_made_listed_downloaded_and_removed_and_both_deeds_are_in_the_log() {
    let (fixture, folder) = fixture("reports-api");
    let _bob = fixture.player("Bob", "main");
    let _mallory = fixture.talker("Mallory", "main");
    wait_until(|| report(&fixture, "Mallory").0 == 201);
    let (_, reports) = call(&fixture, "GET /api/v1/reports", None);
    let made = &reports[0];
    let said = ["session", "player", "by", "reason"].map(|key| made[key].as_str().unwrap());
    assert_eq!((said, &made["tracks"]), (["main", "Mallory", "Ann", "swearing"], &json!(1)));

    let (status, details) = call(&fixture, "GET /api/v1/reports/1", None);
    assert_eq!((status, &details["report"]), (200, made));
    let track = &details["tracks"][0];
    assert_eq!((&track["player"], &track["spans"][0]["rooms"]), (&json!("Mallory"), &json!(["lobby"])));
    let file = track["file"].as_str().unwrap();
    let path = format!("GET /api/v1/reports/1/tracks/{file}");
    let (head, body) = fetch(&fixture.listener, &path, &[&bearer(TOKEN)]);
    assert!(head.contains("content-type: audio/ogg"), "{head}");
    assert_eq!(body, fs::read(folder.join("1").join(file)).unwrap());
    assert!(body.starts_with(b"OggS"));
    assert_eq!(call(&fixture, "GET /api/v1/reports/1/tracks/report.json", None).0, 404);
    assert_eq!(call(&fixture, "GET /api/v1/reports/1/tracks/..%2F..%2Freport.json", None).0, 404);

    assert_eq!(call(&fixture, "DELETE /api/v1/reports/1?by=Ann", None).0, 200);
    assert_eq!(call(&fixture, "DELETE /api/v1/reports/1", None).0, 404);
    assert_eq!(call(&fixture, "GET /api/v1/reports/1", None).0, 404);
    assert!(!folder.join("1").exists());
    let (_, log) = call(&fixture, "GET /api/v1/audit?by=Ann", None);
    let actions: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| [&entry["action"], &entry["target"]]).collect();
    assert_eq!(actions[0], ["remove_report", "Mallory"]);
    assert_eq!(actions.last().unwrap(), &["report", "Mallory"]);
}

#[test]
fn what_cannot_be_reported_says_why_not() {
    let (kept, _) = fixture("reports-why-not");
    let _bob = kept.player("Bob", "main");
    let (status, problem) = report(&kept, "Bob");
    assert_eq!(status, 404, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("not heard"), "{problem}");

    let fixture = Fixture::new(settings());
    let (status, problem) = report(&fixture, "Bob");
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("moderation.report_buffer_s"), "{problem}");
    assert_eq!(call(&fixture, "GET /api/v1/reports", None), (200, json!([])));
}
