//! Names of files that are made from names that strangers chose.

/// More of a name is cut off: with the rest, far below the 255 bytes that most file systems take.
const NAME_BYTES: usize = 80;

/// A name that no system takes for anything else than a file in the same folder: the number first, which makes it unique
/// and none of the names that Windows reserves, then letters and digits of the name, with `_` for everything else.
pub(super) fn of(number: usize, name: &str, extension: &str) -> String {
    let mut file = format!("{number:02}-");
    let end = file.len() + NAME_BYTES;
    for character in name.trim().chars() {
        let safe = if character.is_alphanumeric() || character == '-' { character } else { '_' };
        if file.len() + safe.len_utf8() > end {
            break;
        }
        file.push(safe);
    }
    format!("{file}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_stays_readable() {
        assert_eq!(of(1, "Alice", "wav"), "01-Alice.wav");
        assert_eq!(of(12, "Zoë-2 山田", "opus"), "12-Zoë-2_山田.opus");
        assert_eq!(of(100, "", "wav"), "100-.wav");
    }

    #[test]
    fn a_hostile_name_is_a_file_in_the_folder_all_the_same() {
        let hostile = [
            "../../etc/passwd",
            "..",
            ".",
            "/",
            "C:\\Windows\\system.ini",
            "a:stream",
            "CON",
            "nul.txt",
            "lpt1",
            "a\0b",
            "a\r\nb",
            "\u{202e}gpj.exe",
            "*?\"<>|",
            " trailing. ",
            "~",
            "-rf",
            "%2e%2e%2f",
            "$(reboot)",
        ];
        for name in hostile {
            let file = of(3, name, "wav");
            let stem = file.strip_prefix("03-").and_then(|file| file.strip_suffix(".wav")).unwrap();
            assert!(stem.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'), "{name:?}: {file:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(of(1, &"x".repeat(10_000), "wav").len(), 87);
        let file = of(1, &"é".repeat(10_000), "wav");
        assert!(file.len() <= 87 && file.ends_with("é.wav"), "{file}");
    }
}
