//! Detection of headphones by their names: no sound system that we use provides other information about them.

/// Whether a device of this name is worn on the head: its name contains a word for that, in one of the languages of the
/// sound systems. A device without such a word may still be headphones, for example on a shared socket.
pub fn names_headphones(name: &str) -> bool {
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// In lower case.
const WORDS: [&str; 14] = [
    "headphone",
    "headset",
    "earphone",
    "earbud",
    "airpods",
    "hands-free",
    "kopfhörer",
    "casque",
    "auriculares",
    "cuffie",
    "fones de ouvido",
    "наушник",
    "ヘッドホン",
    "耳机",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headphones_are_known_by_a_word_of_their_name() {
        for name in [
            "Headphones (Realtek(R) Audio)",
            "USB Headset",
            "Anna's AirPods Pro",
            "Kopfhörer (High Definition)",
        ] {
            assert!(names_headphones(name), "{name}");
        }
        for name in ["Built-in Audio Analog Stereo", "Speakers (Realtek(R) Audio)", "HDMI 1", ""] {
            assert!(!names_headphones(name), "{name}");
        }
    }
}
