//! Names of files and folders that are made from names that strangers chose.

/// More of a name is cut off: with the rest, far below the 255 bytes that most file systems take.
const NAME_BYTES: usize = 80;

/// A folder for a session, which is none of the names that Windows reserves and never empty. Different sessions may share
/// one.
pub(super) fn of_session(name: &str) -> String {
    let cleaned = cleaned(name);
    let upper = cleaned.to_ascii_uppercase();
    let is_port = upper.len() == 4
        && (upper.starts_with("COM") || upper.starts_with("LPT"))
        && upper.ends_with(|digit: char| digit.is_ascii_digit());
    if is_port || cleaned.is_empty() || RESERVED.contains(&&*upper) { format!("{cleaned}_") } else { cleaned }
}

/// A track's file; the number makes it unique in its recording, upper and lower case or not.
pub(super) fn of_track(player: &str, number: usize) -> String {
    format!("{}-{number}.opus", cleaned(player))
}

/// A folder for a time in RFC 3339, without the colons, which Windows refuses; sorted by name, such folders are sorted by
/// time.
pub(super) fn of_time(rfc_3339: &str) -> String {
    rfc_3339.replace(':', "-")
}

/// What Windows keeps for devices, besides the numbered ones.
const RESERVED: &[&str] = &["CON", "PRN", "AUX", "NUL"];

/// Letters and digits of the name, with `_` for everything else, and no `-` at the beginning, which programs take for an
/// option.
fn cleaned(name: &str) -> String {
    let mut cleaned = String::new();
    for character in name.trim().chars() {
        let is_safe = character.is_alphanumeric() || (character == '-' && !cleaned.is_empty());
        let safe = if is_safe { character } else { '_' };
        if cleaned.len() + safe.len_utf8() > NAME_BYTES {
            break;
        }
        cleaned.push(safe);
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_stays_readable() {
        assert_eq!(of_track("Alice", 1), "Alice-1.opus");
        assert_eq!(of_track("Zoë-2 山田", 12), "Zoë-2_山田-12.opus");
        assert_eq!(of_track("", 3), "-3.opus");
        assert_eq!(of_session("match-17"), "match-17");
    }

    #[test]
    fn a_time_is_a_name_without_colons() {
        assert_eq!(of_time("2033-05-18T03:33:20Z"), "2033-05-18T03-33-20Z");
    }

    #[test]
    fn a_hostile_name_is_a_file_in_the_folder_all_the_same() {
        for name in [
            "../../etc/passwd",
            "..",
            ".",
            "/",
            "C:\\Windows\\system.ini",
            "a:stream",
            "CON",
            "nul.txt",
            "lpt1",
            "com¹",
            "a\0b",
            "a\r\nb",
            "\u{202e}gpj.exe",
            "*?\"<>|",
            " trailing. ",
            "~",
            "-rf",
            "%2e%2e%2f",
            "$(reboot)",
            "index.json",
        ] {
            for made in [of_session(name), of_track(name, 7).replace("-7.opus", "")] {
                assert!(
                    made.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'),
                    "{name:?}: {made:?}"
                );
                assert!(!made.starts_with('-'), "{name:?}: {made:?}");
            }
        }
        for (name, folder) in [("con", "con_"), ("LPT1", "LPT1_"), ("", "_"), ("console", "console")] {
            assert_eq!(of_session(name), folder);
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(of_session(&"é".repeat(10_000)).len(), 80);
        assert_eq!(of_track(&"x".repeat(10_000), 1).len(), 87);
    }
}
