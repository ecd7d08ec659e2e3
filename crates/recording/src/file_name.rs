//! Safe names of files, made from untrusted names.

/// The part of a name that is valid in file names on any system, at most 80 bytes: letters and digits, `-` except at
/// the beginning, where programs take it for an option, and `_` for everything else.
///
/// The result can be empty, and can be a name that Windows reserves, such as `CON`, so it is only a part: the caller
/// adds something that makes it unique. With 80 bytes there is room for that in the 255 that most file systems allow.
pub fn file_name_part(name: &str) -> String {
    let mut part = String::new();
    for character in name.trim().chars() {
        let is_safe = character.is_alphanumeric() || (character == '-' && !part.is_empty());
        let safe = if is_safe { character } else { '_' };
        if part.len() + safe.len_utf8() > BYTES_MAX {
            break;
        }
        part.push(safe);
    }
    part
}

const BYTES_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_stays_readable() {
        for (name, part) in
            [("Alice", "Alice"), ("Zoë-2 山田", "Zoë-2_山田"), ("match-17", "match-17"), ("", "")]
        {
            assert_eq!(file_name_part(name), part);
        }
    }

    #[test]
    fn a_hostile_name_becomes_letters_and_digits() {
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
            let part = file_name_part(name);
            let is_clean = part.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
            assert!(is_clean && !part.starts_with('-'), "{name:?}: {part:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(file_name_part(&"é".repeat(10_000)), "é".repeat(40));
        assert_eq!(file_name_part(&format!("x{}", "é".repeat(10_000))).len(), 79);
    }
}
