//! The number by which Unity knows a file, wherever that is moved.

use super::yaml;
use crate::dist::digest::sha256;

/// The GUID of a new file: always the same for a path, so that two copies of a project do not differ.
pub(super) fn of_path(path: &str) -> String {
    let digest = sha256(format!("com.consonance.voice/{path}").as_bytes());
    digest[..LENGTH].to_owned()
}

/// The GUID in a `.meta`.
pub(super) fn of_meta(text: &str) -> Option<String> {
    let own = yaml::parse(text).ok()?.references.into_iter().find(|reference| reference.file_id.is_none())?;
    own.guid.filter(|guid| is_valid(guid))
}

/// Whether it belongs to Unity itself: one for its resources, one for its hidden ones.
pub(super) fn is_built_in(guid: &str) -> bool {
    BUILT_IN.contains(&guid)
}

const BUILT_IN: [&str; 2] = ["0000000000000000e000000000000000", "0000000000000000f000000000000000"];

/// Hexadecimal digits.
const LENGTH: usize = 32;

fn is_valid(guid: &str) -> bool {
    guid.len() == LENGTH && guid.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_always_the_same() {
        assert_eq!(of_path("package.json"), sha256(b"com.consonance.voice/package.json")[..32]);
        assert_ne!(of_path("package.json"), of_path("README.md"));
        assert!(is_valid(&of_path("Runtime")));
    }

    #[test]
    fn of_a_meta_its_own_counts_and_not_that_of_an_icon() {
        let (own, icon) = (of_path("One.cs"), of_path("One.png"));
        let meta = |guid: &str| format!("MonoImporter:\n  icon: {{fileID: 1, guid: {icon}}}\nguid: {guid}\n");
        assert_eq!(of_meta(&meta(&own)), Some(own));
        assert_eq!(of_meta(&meta("12")), None);
        assert_eq!(of_meta("guid: [\n"), None);
    }
}
