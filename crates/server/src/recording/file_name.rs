//! Names of files and folders that are made from untrusted names.

use consonance_recording::file_name_part;

use super::track::FrameKind;

/// A folder for a session, which is none of the names that Windows reserves and never empty.
/// Different sessions may share one.
pub(super) fn of_session(name: &str) -> String {
    let part = file_name_part(name);
    let upper = part.to_ascii_uppercase();
    let is_port = upper.len() == 4
        && (upper.starts_with("COM") || upper.starts_with("LPT"))
        && upper.ends_with(|digit: char| digit.is_ascii_digit());
    if is_port || part.is_empty() || RESERVED.contains(&&*upper) { format!("{part}_") } else { part }
}

/// A track's file; the number makes it unique in its recording, upper and lower case or not.
pub(super) fn of_track(player: &str, number: usize, kind: FrameKind) -> String {
    format!("{}-{number}.{}", file_name_part(player), kind.extension())
}

/// A folder for a time in RFC 3339, without the colons, which Windows refuses; sorted by name,
/// such folders are sorted by time.
pub(super) fn of_time(rfc_3339: &str) -> String {
    rfc_3339.replace(':', "-")
}

/// Names that Windows reserves for devices, besides the numbered ones.
const RESERVED: &[&str] = &["CON", "PRN", "AUX", "NUL"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_stays_readable() {
        assert_eq!(of_track("Alice", 1, FrameKind::Opus), "Alice-1.opus");
        assert_eq!(of_track("Zoë-2 山田", 12, FrameKind::Sealed), "Zoë-2_山田-12.sealed");
        assert_eq!(of_track("", 3, FrameKind::Opus), "-3.opus");
        assert_eq!(of_session("match-17"), "match-17");
    }

    #[test]
    fn a_time_is_a_name_without_colons() {
        assert_eq!(of_time("2033-05-18T03:33:20Z"), "2033-05-18T03-33-20Z");
    }

    #[test]
    fn a_session_has_a_folder_on_any_system() {
        for (name, folder) in
            [("con", "con_"), ("LPT1", "LPT1_"), ("", "_"), ("..", "__"), ("console", "console")]
        {
            assert_eq!(of_session(name), folder);
        }
    }
}
