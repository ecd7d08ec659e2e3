//! The state that a process leaves to the next one: a private file that is read once and may contain anything.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use consonance_server::{HandOver, HandOverError, SavedIdentity};
use consonance_session::{
    Access, ClientId, CodecId, CodecParameters, Instant, KeptPlace, PlayerIdentity, Priority, Restriction,
    RestrictionTerms, Restrictions, RoomRights, SessionId, SessionSnapshot, SharedSecret, Vouched,
};
use consonance_testing::folder::Folder;

/// The path of the state file.
fn state(folder: &Folder) -> PathBuf {
    folder.path().join("state")
}

/// Far enough ahead that a slow machine does not matter, and a whole number of milliseconds.
const LATER: Instant = Instant::from_millis(3_600_000);

fn hand_over() -> HandOver {
    let codec = CodecParameters { kind: CodecId::OPUS, frame_size_samples: 960, sample_rate_hz: 48_000 };
    let mut access = Access::from_iter(["gold"]).listening_to(["lobby", "team*"]).speaking_to(["lobby"]);
    access.priority_max = Some(Priority::Medium);
    access.is_moderator = true;
    access.subject = Some("account 7".into());
    access.vouched = Vouched::Name;
    let place = |id, name: &str, access| KeptPlace {
        id: ClientId(id),
        name: name.into(),
        codec,
        rooms: vec!["lobby".into(), "\u{1f600}".into()],
        secret: Some(SharedSecret([id as u8; 16])),
        is_unannounced: id == 4,
        access,
    };
    let mut restrictions = <Restrictions>::default();
    restrictions.impose(Restriction::Muted, RestrictionTerms::new(None, "loud"));
    restrictions.set_room_rights("stage", RoomRights { listen: None, speak: Some(false) });
    let snapshot = SessionSnapshot {
        session: SessionId(0x7fff_fffe),
        places: vec![place(3, "Älice", access), place(4, "", Access::default())],
        restrictions: vec![
            (PlayerIdentity::Name("Bob".into()), restrictions.clone()),
            (PlayerIdentity::Subject("account 9".into()), restrictions),
        ],
    };
    let identity = SavedIdentity { certificate: "a certificate".into(), key: "a key".into() };
    HandOver {
        sessions: vec![("main".into(), snapshot)],
        identity: Some(identity),
        recorded: vec!["main".into()],
    }
}

#[test]
fn what_is_left_is_read_as_it_was_written_and_lies_in_one_file() {
    let folder = Folder::new();
    assert_eq!(HandOver::read(&state(&folder)).unwrap(), None);
    hand_over().write(&state(&folder)).unwrap();
    assert_eq!(HandOver::read(&state(&folder)).unwrap(), Some(hand_over()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays of writing it");
}

#[test]
fn what_has_an_end_ends_when_it_would_have() {
    let folder = Folder::new();
    let mut left = hand_over();
    left.sessions[0].1.places[0].access.ends_at = Some(LATER);
    left.write(&state(&folder)).unwrap();
    let read = HandOver::read(&state(&folder)).unwrap().unwrap();
    let end = read.sessions[0].1.places[0].access.ends_at.unwrap();
    assert!(end <= LATER && end + Duration::from_mins(30) > LATER, "{end:?}");
}

#[test]
fn a_newer_state_takes_the_place_of_an_older_one() {
    let folder = Folder::new();
    HandOver::default().write(&state(&folder)).unwrap();
    hand_over().write(&state(&folder)).unwrap();
    assert_eq!(HandOver::read(&state(&folder)).unwrap(), Some(hand_over()));
}

#[test]
fn an_older_state_stays_if_a_newer_one_cannot_be_written() {
    let folder = Folder::new();
    hand_over().write(&state(&folder)).unwrap();
    let in_the_way = state(&folder).with_added_extension("part");
    fs::create_dir(&in_the_way).unwrap();
    let error = HandOver::default().write(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::Io { .. }), "{error}");
    assert_eq!(HandOver::read(&state(&folder)).unwrap(), Some(hand_over()));
}

#[test]
fn another_file_is_neither_written_over_nor_deleted() {
    let folder = Folder::new();
    fs::write(state(&folder), "sessions = ['main']").unwrap();
    make_private(&folder);
    let error = hand_over().write(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::SomethingElse { .. }), "{error}");
    let error = HandOver::read(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::SomethingElse { .. }), "{error}");
    assert_eq!(fs::read_to_string(state(&folder)).unwrap(), "sessions = ['main']");
}

#[test]
fn a_state_that_is_cut_off_is_damaged_wherever_it_was_cut() {
    let folder = Folder::new();
    hand_over().write(&state(&folder)).unwrap();
    let whole = fs::read(state(&folder)).unwrap();
    for length in 40..whole.len() {
        fs::write(state(&folder), &whole[..length]).unwrap();
        make_private(&folder);
        let error = HandOver::read(&state(&folder)).unwrap_err();
        assert!(matches!(error, HandOverError::Damaged { .. }), "{length}: {error}");
    }
}

#[test]
fn every_changed_byte_is_read_or_refused_and_breaks_nothing() {
    let folder = Folder::new();
    hand_over().write(&state(&folder)).unwrap();
    let whole = fs::read(state(&folder)).unwrap();
    let mut refused = 0;
    for index in 0..whole.len() {
        let mut changed = whole.clone();
        changed[index] ^= 1;
        fs::write(state(&folder), &changed).unwrap();
        make_private(&folder);
        refused += usize::from(HandOver::read(&state(&folder)).is_err());
    }
    assert!(refused > whole.len() / 4, "only {refused} of {} are no state", whole.len());
}

#[test]
fn another_version_is_told_apart() {
    let folder = Folder::new();
    fs::write(state(&folder), "{\"format\":\"consonance-hand-over\",\"version\":9,\"news\":[]}").unwrap();
    make_private(&folder);
    let error = HandOver::read(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::OtherVersion { found: 9, .. }), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = Folder::new();
    let path = folder.path().join("nowhere/state");
    assert!(matches!(hand_over().write(&path), Err(HandOverError::Io { .. })));
    assert_eq!(HandOver::read(&path).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn only_this_user_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    hand_over().write(&state(&folder)).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(state(&folder)), 0o600);
    fs::set_permissions(state(&folder), fs::Permissions::from_mode(0o640)).unwrap();
    let error = HandOver::read(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::NotPrivate { mode: 0o640, .. }), "{error}");
    assert!(state(&folder).exists());
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let folder = Folder::new();
    let target = folder.path().join("target");
    hand_over().write(&target).unwrap();
    std::os::unix::fs::symlink(&target, state(&folder)).unwrap();
    assert!(HandOver::read(&state(&folder)).is_err());
    assert!(hand_over().write(&state(&folder)).is_err());
    assert!(target.exists());
}

#[test]
fn no_secret_is_shown() {
    let words = format!("{:?}", hand_over());
    assert!(!words.contains("a key") && words.contains("a certificate"), "{words}");
    assert!(words.contains("SharedSecret(…)"), "{words}");
}

#[test]
fn a_file_larger_than_any_state_is_not_read() {
    let folder = Folder::new();
    hand_over().write(&state(&folder)).unwrap();
    let bytes = (512 << 20) + 1;
    fs::OpenOptions::new().write(true).open(state(&folder)).unwrap().set_len(bytes).unwrap();
    let error = HandOver::read(&state(&folder)).unwrap_err();
    assert!(matches!(error, HandOverError::TooLarge { bytes: told, .. } if told == bytes), "{error}");
}

#[cfg(unix)]
fn make_private(folder: &Folder) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(state(folder), fs::Permissions::from_mode(0o600)).expect("a file of our own");
}

#[cfg(not(unix))]
fn make_private(_: &Folder) {}
