//! Stored state survives a restart, however the process ended; a file that is not a database is reported.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use consonance_server::audit::AuditQuery;
use consonance_server::bans::BanTarget;
use consonance_server::moderation::{By, Moderation, ModerationError};
use consonance_server::records::{Records, RecordsSettings, RoomDecision};
use consonance_server::store::Stored;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance_session::Restriction;
use consonance_testing::folder::path_of_test;
use redb::{ReadableDatabase as _, ReadableTable as _};

const FILE: &str = "consonance.redb";
const LONG: Duration = Duration::from_secs(30);

fn open(folder: &Path) -> Records {
    Records::open(folder, RecordsSettings::default()).unwrap()
}

/// A server without players.
fn server(records: &Records) -> (DedicatedServer, Moderation) {
    let mut settings = SessionsSettings::new(["main"]).unwrap();
    settings.records = records.clone();
    let server = DedicatedServer::start(SessionLoop::new(&settings));
    let moderation = Moderation::new(server.handle(), records.clone());
    (server, moderation)
}

fn name(name: &str) -> BanTarget {
    BanTarget::Name(name.into())
}

#[test]
fn everything_that_was_decided_is_there_after_a_restart() {
    let folder = path_of_test("restart");
    let by = By::new("Ann", "because");
    let decision = RoomDecision { listeners_max: Some(4), ..RoomDecision::default() };
    {
        let records = open(&folder);
        let (server, moderation) = server(&records);
        moderation.ban(&by, name("Mallory"), None).unwrap();
        let gone = moderation.ban(&by, name("Gone"), None).unwrap();
        moderation.unban(&by, gone.ban.id).unwrap();
        moderation.impose(&by, "main", &"Alice".into(), Restriction::Deafened, None).unwrap();
        moderation.limit_room(&by, "main", "duel*", Some(decision)).unwrap();
        assert_eq!(records.flush(LONG), Stored::OnDisk);
        server.stop();
    }
    let records = open(&folder);
    let (_server, moderation) = server(&records);
    let bans: Vec<_> = moderation.bans(0, 10).into_iter().map(|ban| (ban.id, ban.target)).collect();
    assert_eq!(bans, [(1, name("Mallory"))]);
    assert!(moderation.restrictions("main", &"Alice".into()).unwrap().terms(Restriction::Deafened).is_some());
    assert_eq!(moderation.room_decisions("main").rooms.get("duel*"), Some(&decision));
    let actions: Vec<_> =
        moderation.audit(&AuditQuery::default()).entries.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, ["limit_room", "deafen", "unban", "ban", "ban"]);
    assert_eq!(moderation.ban(&by, name("Next"), None).unwrap().ban.id, 3);
}

#[test]
fn no_number_is_given_twice_whatever_was_removed_before_a_restart() {
    let folder = path_of_test("numbers");
    let by = By::new("Ann", "");
    {
        let records = open(&folder);
        let (_server, moderation) = server(&records);
        assert_eq!(moderation.ban(&by, name("Mallory"), None).unwrap().ban.id, 1);
        moderation.unban(&by, 1).unwrap();
    }
    {
        let records = open(&folder);
        let (_server, moderation) = server(&records);
        assert_eq!(moderation.ban(&by, name("Trudy"), Some(4_102_444_800)).unwrap().ban.id, 2);
        assert_eq!(moderation.unban(&by, 1), Err(ModerationError::NoBan { id: 1 }));
        // The ban has expired, and every log entry is too old.
        records.clear_away(4_102_444_800);
        assert_eq!((records.bans_count(), moderation.audit(&AuditQuery::default()).entries.len()), (0, 0));
    }
    let records = open(&folder);
    let (_server, moderation) = server(&records);
    assert_eq!(moderation.ban(&by, name("Next"), None).unwrap().ban.id, 3);
    assert_eq!(moderation.audit(&AuditQuery::default()).entries[0].id, 5);
}

#[test]
fn what_has_ended_is_cleared_away() {
    let folder = path_of_test("ended");
    {
        let records = open(&folder);
        let (_server, moderation) = server(&records);
        let (by, until) = (By::new("Ann", ""), Some(4_102_444_800));
        moderation.ban(&by, name("Mallory"), until).unwrap();
        moderation.impose(&by, "main", &"Trudy".into(), Restriction::Muted, until).unwrap();
        records.clear_away(4_102_444_799);
        assert_eq!((records.bans_count(), records.restricted_players(0, "main").len()), (1, 1));
        records.clear_away(4_102_444_800);
        assert_eq!((records.bans_count(), records.restricted_players(0, "main").len()), (0, 0));
        assert_eq!(
            moderation.audit(&AuditQuery::default()).entries.len(),
            0,
            "75 years are more than a year"
        );
    }
    let records = open(&folder);
    assert_eq!(
        (records.bans_count(), records.restricted_players(0, "main").len()),
        (0, 0),
        "on the disk, too"
    );
}

#[test]
fn entries_of_the_audit_log_are_kept_for_as_many_days_as_is_said() {
    let mut settings = RecordsSettings::default();
    settings.audit_days = 2;
    let records = Records::in_memory(settings);
    let (_server, moderation) = server(&records);
    moderation.ban(&By::new("Ann", ""), name("Mallory"), None).unwrap();
    let entries = || moderation.audit(&AuditQuery::default()).entries;
    let end = entries()[0].at + 2 * 86_400;
    let left = [end, end + 1].map(|now| {
        records.clear_away(now);
        entries().len()
    });
    assert_eq!(left, [1, 0]);
}

/// Writes the file in the format of earlier versions, with these standings.
fn write_version_1(folder: &Path, standings: &[(&str, &str)], ban: &str) {
    fs::create_dir_all(folder).unwrap();
    let file = redb::Database::create(folder.join(FILE)).unwrap();
    let transaction = file.begin_write().unwrap();
    for (name, records) in [
        ("bans", vec![("00000000000000000001", ban)]),
        ("audit", vec![]),
        ("standings", standings.to_vec()),
        ("rooms", vec![]),
        ("meta", vec![("schema", "1")]),
    ] {
        let table = redb::TableDefinition::<&str, &str>::new(name);
        let mut table = transaction.open_table(table).unwrap();
        for (key, value) in records {
            table.insert(key, value).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// The keys of the standings in a file, and its version.
fn stored(file: &Path) -> (Vec<String>, String) {
    let file = redb::Database::open(file).unwrap();
    let transaction = file.begin_read().unwrap();
    let table = |name| transaction.open_table(redb::TableDefinition::<&str, &str>::new(name)).unwrap();
    let keys = table("standings").iter().unwrap().map(|row| row.unwrap().0.value().to_owned()).collect();
    let version = table("meta").get("schema").unwrap().unwrap().value().to_owned();
    (keys, version)
}

#[test]
fn a_file_of_version_1_is_upgraded_at_start_and_a_copy_of_it_stays() {
    let folder = path_of_test("upgrade");
    let keys = [r#"["main","name","Bob"]"#, r#"["main","name","bob"]"#, r#"["main","name","Eve"]"#];
    let muted = r#"{"muted":{"until":4102444800,"by":"Ann","since":0}}"#;
    let both = r#"{"muted":{"by":"Ann","since":0},"rooms":{"red":{"speak":false}}}"#;
    let record = |name, standing| {
        format!(r#"{{"session":"main","kind":"name","name":"{name}","standing":{standing}}}"#)
    };
    let values = [record("Bob", muted), record("bob", both), record("Eve", muted)];
    let standings: Vec<_> = keys.into_iter().zip(values.iter().map(|value| &**value)).collect();
    let ban = r#"{"id":1,"target":{"name":"Alice"},"reason":"","by":"Ann","since":0}"#;
    write_version_1(&folder, &standings, ban);
    for _start in 0..2 {
        let records = open(&folder);
        for spelling in ["Bob", "BOB ", "B\u{200b}ob"] {
            let player = consonance_session::PlayerIdentity::Name(spelling.into());
            let held = records.restrictions("main", &player);
            let muted = held.terms(Restriction::Muted).unwrap();
            assert_eq!(
                (muted.ends.until, held.room_rights("red").speak),
                (None, Some(false)),
                "{spelling:?}"
            );
        }
        assert_eq!(records.restricted_players(0, "main").len(), 2);
        assert_eq!(records.ban_of_player(0, "main", "Alice\u{200b}", None).map(|ban| ban.id), Some(1));
        assert_eq!(records.flush(LONG), Stored::OnDisk);
    }
    let mut sorted = keys.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(stored(&folder.join("consonance.redb.1")), (sorted, "1".to_owned()));
    let (left, version) = stored(&folder.join(FILE));
    assert_eq!((left, version), (vec![keys[0].to_owned(), keys[2].to_owned()], "2".to_owned()));
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let folder = path_of_test("shared");
    let _first = open(&folder);
    let refused = Records::open(&folder, RecordsSettings::default()).unwrap_err().to_string();
    assert!(refused.contains("in use by another server"), "{refused}");
}

#[test]
fn a_file_that_is_damaged_says_so_and_what_to_do() {
    let folder = path_of_test("damaged");
    {
        let records = open(&folder);
        let (_server, moderation) = server(&records);
        for number in 0..50 {
            moderation.ban(&By::new("Ann", ""), name(&format!("player {number}")), None).unwrap();
        }
        assert_eq!(records.flush(LONG), Stored::OnDisk);
    }
    let file = folder.join(FILE);
    let whole = fs::read(&file).unwrap();
    let mut refused = 0;
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("a few bytes", whole[..100].to_vec()),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("another file", b"[storage]\nfolder = \"here\"\n".repeat(1000)),
        ("zeros", vec![0; whole.len()]),
        ("without its beginning", [&[0; 512], &whole[512..]].concat()),
    ] {
        fs::write(&file, bytes).unwrap();
        match Records::open(&folder, RecordsSettings::default()) {
            Ok(records) => panic!("{what} was taken for a database with {} bans", records.bans_count()),
            Err(error) => {
                let words = error.to_string();
                assert!(words.contains(FILE) && words.contains("backup"), "{what}: {words}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 6);
    fs::write(&file, &whole).unwrap();
    assert_eq!(open(&folder).bans_count(), 50, "the copy is as good as ever");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_reason_to_begin_with_an_empty_database() {
    let (here, disk) = (path_of_test("link"), path_of_test("disk"));
    fs::create_dir_all(&here).unwrap();
    std::os::unix::fs::symlink(disk.join(FILE), here.join(FILE)).unwrap();
    let refused = Records::open(&here, RecordsSettings::default()).map(drop).unwrap_err().to_string();
    assert!(refused.contains(FILE) && refused.contains("cannot read or write"), "{refused}");
    {
        let (_server, moderation) = server(&open(&disk));
        moderation.ban(&By::new("Ann", ""), name("Mallory"), None).unwrap();
    }
    assert_eq!(open(&here).bans_count(), 1, "it is the one that the link leads to");
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = path_of_test("killed");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "storage::bans_without_end", "--ignored", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let banned = lines.map_while(Result::ok).filter_map(|line| {
            let (name, how) = line.strip_prefix(BANNED)?.split_once(';')?;
            // Bans that wait for a slow disk are not acknowledged.
            how.contains("OnDisk").then(|| name.to_owned())
        });
        acknowledged.extend(banned.take(20 + 7 * round));
        // SIGKILL on Unix, probably in the middle of the next write.
        child.kill().unwrap();
        child.wait().unwrap();
        let records = open(&folder);
        for name in &acknowledged {
            assert!(records.ban_of_player(0, "main", name, None).is_some(), "{name} is not banned any more");
        }
    }
    assert_eq!(acknowledged.len(), 20 + 27 + 34);
}

/// A child process with a limit on its file size simulates a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_counted_and_shown_and_takes_what_waits_when_there_is_room_again() {
    let folder = path_of_test("full");
    // A process that ignores the signal gets an error from the failed call instead.
    let ignoring = r#"trap '' XFSZ; exec "$0" --exact storage::bans_without_end --ignored --nocapture"#;
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(ignoring)
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, &folder)
        .env(REASON_BYTES, "16384")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut lines = lines.filter_map(|line| line.strip_prefix(BANNED).map(ToOwned::to_owned));
    let mut decided = Vec::new();
    let mut until = |words: &str| {
        let line =
            lines.by_ref().inspect(|line| decided.push(line.clone())).find(|line| line.ends_with(words));
        assert!(line.is_some(), "it ended without {words:?}: {:?}", decided.last());
    };
    until("; stored OnDisk, trouble: no");
    let full = fs::metadata(folder.join(FILE)).unwrap().len();
    limit_files(&child, Some(full));
    until("; stored Waiting, trouble: yes");
    limit_files(&child, None);
    until("; stored OnDisk, trouble: no");
    child.kill().unwrap();
    child.wait().unwrap();
    let records = open(&folder);
    for line in &decided {
        let name = line.split_once(';').unwrap().0;
        assert!(records.ban_of_player(0, "main", name, None).is_some(), "{name} is not banned any more");
    }
    assert!(decided.iter().any(|line| line.contains("Waiting")));
}

#[cfg(target_os = "linux")]
fn limit_files(child: &std::process::Child, bytes: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let limit = Rlimit { current: bytes, maximum: None };
    prlimit(Some(Pid::from_child(child)), Resource::Fsize, limit).unwrap();
}

/// The child process that the tests above run and kill.
#[test]
#[ignore = "goes on until it is killed; run by another test"]
fn bans_without_end() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let reason_bytes = std::env::var(REASON_BYTES).map_or(20, |bytes| bytes.parse().unwrap());
    let records = open(Path::new(&folder));
    let (_server, moderation) = server(&records);
    let deadline = Instant::now() + LONGEST;
    for number in 0.. {
        assert!(Instant::now() < deadline, "it is still running");
        let player = format!("player {} of {}", number, std::process::id());
        let banned = moderation.ban(&By::new("Ann", "x".repeat(reason_bytes)), name(&player), None).unwrap();
        let (stored, status) = (banned.done.stored, records.store_status());
        let is_troubled = status.trouble.is_some() && status.errors > 0 && status.waiting > 0;
        println!("{BANNED}{player}; stored {stored:?}, trouble: {}", if is_troubled { "yes" } else { "no" });
    }
}

/// How long the child waits to be killed; after that, readers of its output stop waiting.
const LONGEST: Duration = Duration::from_mins(2);
const FOLDER: &str = "CONSONANCE_TEST_STORAGE_FOLDER";
const REASON_BYTES: &str = "CONSONANCE_TEST_REASON_BYTES";
const BANNED: &str = "banned: ";
