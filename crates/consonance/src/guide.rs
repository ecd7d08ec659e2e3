//! Compiles the code in the pages of the guide, like the other examples of this crate.

macro_rules! pages {
    ($($(#[$only:meta])? $name:ident: $path:literal,)*) => {
        $($(#[$only])? #[cfg(doctest)] #[doc = include_str!($path)] struct $name;)*
        /// Their paths, relative to this file.
        #[cfg(test)]
        const PAGES: &[&str] = &[$($path),*];
    };
}

pages! {
    Readme: "../../../README.md",
    Recording: "../../../docs/recording.md",
    #[cfg(feature = "devices")] FirstSteps: "../../../docs/guide/first-steps.md",
    #[cfg(feature = "host")] Hosts: "../../../docs/guide/hosts.md",
    #[cfg(feature = "tokio")] AsyncPrograms: "../../../docs/guide/async.md",
    #[cfg(feature = "devices")] TwelveQuestions: "../../../docs/guide/twelve-questions.md",
    Rooms: "../../../docs/guide/rooms.md",
    Players: "../../../docs/guide/players.md",
    Positions: "../../../docs/guide/positions.md",
    EngineSound: "../../../docs/guide/engine-sound.md",
    #[cfg(feature = "host")] Proximity: "../../../docs/guide/proximity.md",
    #[cfg(feature = "host")] Joining: "../../../docs/guide/joining.md",
    // The example of the guide to custom networks has its own test.
    Encryption: "../../../docs/guide/encryption.md",
    Settings: "../../../docs/guide/settings.md",
    Triggers: "../../../docs/guide/triggers.md",
    Offline: "../../../docs/guide/offline.md",
    Diagnostics: "../../../docs/guide/diagnostics.md",
    #[cfg(feature = "inspector")] Inspector: "../../../docs/guide/inspector.md",
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::PAGES;

    /// Compiled in a workspace of its own, with Bevy: `bevy/examples/shared/lib.rs`.
    const ELSEWHERE: &str = "bevy.md";

    #[test]
    fn every_page_of_the_guide_that_shows_code_is_compiled() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
        let mut with_code = 0;
        for page in fs::read_dir(folder).expect("the guide is a folder") {
            let path = page.expect("it can be listed").path();
            let text = fs::read_to_string(&path).expect("a page is text");
            let opened: Vec<&str> =
                text.lines().map(str::trim_start).filter(|line| line.starts_with("```rust")).collect();
            if opened.is_empty() {
                continue;
            }
            let name = path.file_name().and_then(|name| name.to_str()).expect("a page has a name");
            if name == ELSEWHERE {
                continue;
            }
            with_code += 1;
            assert!(
                PAGES.iter().any(|page| page.ends_with(&format!("/guide/{name}"))),
                "{name} is not compiled"
            );
            let is_skipped = |line: &&str| line.contains("ignore") || line.contains("text");
            assert_eq!(
                opened.iter().find(|line| is_skipped(line)),
                None,
                "a block of {name} is not compiled"
            );
        }
        assert!(with_code >= 12, "{with_code} pages have code");
    }
}
