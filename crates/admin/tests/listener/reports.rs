//! Reports over the API: creation, listing, playback and removal.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_server::reports::{Reports, ReportsSettings};
use serde_json::{Value, json};

use crate::api::call;
use crate::ask::{TOKEN, bearer, fetch, settings};
use crate::stage::{Stage, wait_until};

/// A path for a folder of this test's own, which does not exist yet.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _was_not_there = fs::remove_dir_all(&folder);
    folder
}

fn stage(name: &str) -> (Stage, PathBuf) {
    let folder = folder(name);
    let reports = Reports::open(&folder, ReportsSettings::default()).unwrap();
    (Stage::with_reports(reports, Duration::from_secs(30)), folder)
}

fn report(stage: &Stage, player: &str) -> (u16, Value) {
    let body = json!({"session": "main", "player": player, "reason": "swearing", "by": "Ann"});
    call(stage, "POST /api/v1/reports", Some(&body))
}

#[test]
fn a_report_is_made_listed_downloaded_and_removed_and_both_deeds_are_in_the_log() {
    let (stage, folder) = stage("reports-api");
    let _bob = stage.player("Bob", "main");
    let _mallory = stage.talker("Mallory", "main");
    wait_until(|| report(&stage, "Mallory").0 == 201);
    let (_, reports) = call(&stage, "GET /api/v1/reports", None);
    let made = &reports[0];
    let said = ["session", "player", "by", "reason"].map(|key| made[key].as_str().unwrap());
    assert_eq!((said, &made["tracks"]), (["main", "Mallory", "Ann", "swearing"], &json!(1)));

    let (status, details) = call(&stage, "GET /api/v1/reports/1", None);
    assert_eq!((status, &details["report"]), (200, made));
    let track = &details["tracks"][0];
    assert_eq!((&track["player"], &track["spans"][0]["rooms"]), (&json!("Mallory"), &json!(["lobby"])));
    let file = track["file"].as_str().unwrap();
    let path = format!("GET /api/v1/reports/1/tracks/{file}");
    let (head, body) = fetch(&stage.listener, &path, &[&bearer(TOKEN)]);
    assert!(head.contains("content-type: audio/ogg"), "{head}");
    assert_eq!(body, fs::read(folder.join("1").join(file)).unwrap());
    assert!(body.starts_with(b"OggS"));
    assert_eq!(call(&stage, "GET /api/v1/reports/1/tracks/report.json", None).0, 404);
    assert_eq!(call(&stage, "GET /api/v1/reports/1/tracks/..%2F..%2Freport.json", None).0, 404);

    assert_eq!(call(&stage, "DELETE /api/v1/reports/1?by=Ann", None).0, 200);
    assert_eq!(call(&stage, "DELETE /api/v1/reports/1", None).0, 404);
    assert_eq!(call(&stage, "GET /api/v1/reports/1", None).0, 404);
    assert!(!folder.join("1").exists());
    let (_, log) = call(&stage, "GET /api/v1/audit?by=Ann", None);
    let actions: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| [&entry["action"], &entry["target"]]).collect();
    assert_eq!(actions[0], ["remove_report", "Mallory"]);
    assert_eq!(actions.last().unwrap(), &["report", "Mallory"]);
}

#[test]
fn what_cannot_be_reported_says_why_not() {
    let (kept, _) = stage("reports-why-not");
    let _bob = kept.player("Bob", "main");
    let (status, problem) = report(&kept, "Bob");
    assert_eq!(status, 404, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("not heard"), "{problem}");

    let stage = Stage::new(settings());
    let (status, problem) = report(&stage, "Bob");
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("moderation.report_buffer_s"), "{problem}");
    assert_eq!(call(&stage, "GET /api/v1/reports", None), (200, json!([])));
}
