//! The contents of `consonance.h`: its functions, and the number of its ABI.

use super::release::Release;
use crate::failure::Failure;

/// The parsed header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CHeader {
    /// `CONSONANCE_ABI`.
    pub(super) abi: u32,
    /// The names of all functions, sorted.
    pub(super) functions: Vec<String>,
}

impl CHeader {
    /// Reads the header of the sources.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be read, or has no number.
    pub(super) fn of(release: &Release) -> Result<Self, Failure> {
        let text = release.read_text(&format!("{FOLDER}/consonance.h"))?;
        Self::parse(&text).ok_or_else(|| Failure::Answer {
            command: "consonance.h".to_owned(),
            why: "no CONSONANCE_ABI".to_owned(),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let abi = text.lines().find_map(|line| line.strip_prefix("#define CONSONANCE_ABI "))?;
        let mut functions: Vec<String> = text.lines().filter_map(declared).map(str::to_owned).collect();
        functions.sort();
        Some(Self { abi: abi.trim().parse().ok()?, functions })
    }
}

/// The folder of the headers.
pub(super) const FOLDER: &str = "crates/ffi/include";

/// The function that a line declares; comments and parameters are indented.
fn declared(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    (line.starts_with(|first: char| first.is_ascii_alphabetic()) && name.starts_with("consonance_"))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_functions_and_words_about_them_are_not() {
        let text = "#define CONSONANCE_ABI 7\n/**\n * Ends `consonance_start(…)`.\n */\n\
                    consonance_error consonance_stop(uint64_t chat);\nconst char *consonance_name(void);\n\
                    typedef struct consonance_status {\n    uint32_t size;\n} consonance_status;\n";
        let functions = ["consonance_name", "consonance_stop"].map(str::to_owned).to_vec();
        assert_eq!(CHeader::parse(text), Some(CHeader { abi: 7, functions }));
        assert_eq!(CHeader::parse("consonance_error consonance_stop(uint64_t chat);"), None);
    }

    #[test]
    fn the_header_has_all_functions_of_the_crate() {
        let release = Release::of_test("target/dist".into());
        let functions = CHeader::of(&release).unwrap().functions;
        assert!(functions.len() > 50, "{functions:?}");
        assert!(
            ["consonance_abi_version", "consonance_pull"].iter().all(|it| functions.contains(&(*it).into()))
        );
    }
}
