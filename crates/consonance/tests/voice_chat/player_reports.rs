//! A player's reports to the game's moderators from an end-to-end encrypted session.

use std::fs;
use std::path::PathBuf;

use consonance::{
    EncryptionEvent, EncryptionSettings, EncryptionState, EventKind, MemberReport, ModeratorsKey,
    ModeratorsSecret, SubmitReportError,
};
use consonance_recording::{Channels, OggPacketWriter, OpusPacket};
use consonance_server::audit::AuditQuery;
use consonance_server::reports::{Report, Reports, ReportsSettings};
use consonance_session::Encryption;
use consonance_testing::folder::Folder;
use consonance_testing::sound::{ALIKE, decode, likeness};

use crate::fixture::Fixture;
use crate::player::{PATIENCE, Player, entered};
use crate::speech::{Speech, recording};

fn happened(event: EncryptionEvent) -> EventKind {
    EventKind::Encryption(event)
}

fn on() -> EventKind {
    happened(EncryptionEvent::State(EncryptionState::On))
}

fn reporting_to(key: &ModeratorsKey) -> EncryptionSettings {
    let mut settings = EncryptionSettings::default();
    settings.account = Some("account 7".into());
    settings.moderators_key = Some(key.clone());
    settings
}

/// A fixture that takes reports.
fn taking(folder: &Folder) -> (Fixture, Reports) {
    let reports = Reports::open(folder.path().join("reports"), ReportsSettings::default()).unwrap();
    let fixture = Fixture::open_with(|settings| {
        settings.encryption.rule = Encryption::Required;
        settings.member_reports = Some(reports.clone());
    });
    (fixture, reports)
}

/// Waits until the report is on disk.
fn only_report(reports: &Reports) -> (Report, PathBuf) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while reports.count() == 0 {
        assert!(std::time::Instant::now() < deadline, "it is never kept");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let [report] = &reports.list(None, 10)[..] else { panic!() };
    (report.clone(), reports.track(report.id, Report::SEALED_FILE).unwrap())
}

#[test]
fn a_report_reaches_the_moderators_and_the_server_cannot_read_it() {
    let folder = Folder::new();
    let (fixture, reports) = taking(&folder);
    let (moderators, others) = (ModeratorsSecret::generate().unwrap(), ModeratorsSecret::generate().unwrap());
    let mut signing = EncryptionSettings::default();
    signing.sign_speech = true;
    let mut mallory = Player::join("Mallory", fixture.chat().speak_in_room("lobby").encryption(signing));
    let bob = fixture.chat().listen_to_room("lobby").encryption(reporting_to(moderators.public()));
    let mut bob = Player::join("Bob", bob);
    mallory.until(&entered("Bob", "lobby"));
    mallory.until(&on());
    bob.until(&on());
    let spoken = recording(1, 0.0, 3.0);
    mallory.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Mallory", &spoken);
    bob.voice.encryption().report(&["Mallory"], "shouting").unwrap();
    bob.until(&happened(EncryptionEvent::ReportTaken));

    let (kept, file) = only_report(&reports);
    assert_eq!((&*kept.by, &*kept.session, &*kept.player, &*kept.reason), ("player Bob", "main", "", ""));
    let audit = fixture.moderation().audit(&AuditQuery::default());
    assert!(audit.entries.iter().any(|entry| entry.action == "report" && entry.by_player), "{audit:?}");

    let sealed = fs::read(&file).unwrap();
    assert!(MemberReport::open(&sealed, &others).is_err());
    let report = MemberReport::open(&sealed, &moderators).unwrap();
    assert_eq!((&*report.reporter.name, &*report.reason), ("Bob", "shouting"));
    assert_eq!(report.reporter.account.as_deref(), Some("account 7"));
    let [voice] = &report.voices[..] else { panic!() };
    let status = bob.voice.encryption().status();
    let of_group = status.members.iter().find(|member| member.name == "Mallory").unwrap();
    assert_eq!((&*voice.speaker.name, &voice.speaker.key), ("Mallory", &of_group.key));
    let mut opus = OggPacketWriter::new(Vec::new(), 1, Channels::Mono, &[]).unwrap();
    for frame in &voice.frames {
        opus.write(0, OpusPacket::parse(&frame.opus).unwrap()).unwrap();
        let is_readable = sealed.windows(frame.opus.len()).any(|bytes| *bytes == *frame.opus);
        assert!(frame.opus.len() < 8 || !is_readable, "the server's file has a frame as it was spoken");
    }
    let (signed, frames) = (voice.signed_frames(), voice.frames.len());
    assert!(signed * 2 > frames && voice.statements.len() < 10, "{signed} of {frames}");
    let mut made_up = voice.clone();
    made_up.frames.reverse();
    assert!(made_up.signed_frames() <= 2, "frames in another order are not what was signed");
    let likeness = likeness(&spoken, &decode(&*opus.finish().unwrap()));
    assert!(likeness > ALIKE, "{likeness}");

    bob.voice.encryption().report(&[], "again").unwrap();
    bob.until_some("a refusal", |kind| {
        matches!(kind, EventKind::Encryption(EncryptionEvent::ReportRefused { reason }) if reason.contains("minute"))
    });
    assert_eq!(reports.count(), 1, "a player reports once in a minute");
}

#[test]
fn a_report_is_refused_where_none_is_taken_and_of_players_that_were_not_heard() {
    let fixture = Fixture::open_with(|settings| settings.encryption.rule = Encryption::Required);
    let moderators = ModeratorsSecret::generate().unwrap();
    let mut mallory = Player::join("Mallory", fixture.chat().speak_in_room("lobby"));
    let bob = fixture.chat().listen_to_room("lobby").encryption(reporting_to(moderators.public()));
    let mut bob = Player::join("Bob", bob);
    mallory.until(&entered("Bob", "lobby"));
    mallory.until(&on());
    bob.until(&on());
    let refused = |bob: &mut Player, word: &str| {
        bob.until_some("a refusal", |kind| {
            matches!(kind, EventKind::Encryption(EncryptionEvent::ReportRefused { reason }) if reason.contains(word))
        });
    };
    bob.voice.encryption().report(&["Mallory"], "silence").unwrap();
    refused(&mut bob, "nothing was heard");
    let spoken = recording(1, 0.0, 1.0);
    mallory.voice.microphone().set_input(Speech::once(&spoken));
    bob.assert_hears("Mallory", &spoken);
    bob.voice.encryption().report(&["Mallory"], "shouting").unwrap();
    refused(&mut bob, "takes no reports");
    assert_eq!(mallory.voice.encryption().report(&["Bob"], ""), Err(SubmitReportError::NoKey));
    let long = "x".repeat(1001);
    assert_eq!(
        bob.voice.encryption().report(&[], &long),
        Err(SubmitReportError::ReasonTooLong { bytes: 1001 })
    );
}
