//! The file of the admin token.

use consonance_admin::{AdminToken, AdminTokenError};
use consonance_testing::folder::Folder;

#[test]
fn a_token_is_made_once_for_its_owner_only_and_another_each_time() {
    let folder = Folder::new();
    let path = folder.path().join("state/admin-token");
    let made = AdminToken::read_or_make(&path).unwrap();
    assert!(made.was_made && !made.is_exposed);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.trim().len(), 43, "256 bits: {text:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!AdminToken::read_or_make(&path).unwrap().was_made);
    let other = folder.path().join("other");
    AdminToken::read_or_make(&other).unwrap();
    assert_ne!(std::fs::read_to_string(&other).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_noticed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let path = folder.path().join("token");
    std::fs::write(&path, "0123456789abcdef\n").unwrap();
    for (mode, is_exposed) in [(0o644, true), (0o640, true), (0o600, false), (0o400, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(AdminToken::read_or_make(&path).unwrap().is_exposed, is_exposed, "{mode:o}");
    }
}

#[test]
fn a_file_with_something_else_is_named_and_stays_as_it_is() {
    let folder = Folder::new();
    for (name, text) in [("empty", String::new()), ("short", "secret".into()), ("long", "a".repeat(100_000))]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, &text).unwrap();
        let error = AdminToken::read_or_make(&path).unwrap_err();
        assert!(matches!(error, AdminTokenError::Unusable { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let error = AdminToken::read_or_make(folder.path()).unwrap_err();
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
}
