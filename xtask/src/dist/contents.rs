//! The contents of a program or a library: crates, and parts that are not crates of the workspace.

use std::fmt::Write as _;
use std::fs;

use super::part::Part;
use super::release::Release;
use super::sources::Sources;
use crate::failure::Failure;
use crate::licences::{self, Linked};

/// All contents of a program or a library.
pub(super) struct Contents {
    /// The package that it was compiled from.
    pub(super) name: &'static str,
    /// The kind of that package: an `application` or a `library`.
    pub(super) kind: &'static str,
    /// The sources of that package.
    pub(super) sources: Sources,
    /// Crates that Cargo fetched, and ours.
    pub(super) linked: Linked,
    /// Parts that came with the compiler.
    pub(super) parts: Vec<Part>,
}

impl Contents {
    /// The texts of all licences that ask to go along, and what they are for.
    ///
    /// # Errors
    /// [`Failure`] if a licence's text cannot be read, or the licence is not allowed.
    pub(super) fn notices(&self) -> Result<String, Failure> {
        let mut text = HEAD.to_owned();
        text += &licences::texts(self.linked.others())?;
        let title = |part: &Part| format!("{} {}, {}\n", part.name, part.version, part.licence);
        for part in &self.parts {
            let Some(file) = &part.notice else { continue };
            let notice = fs::read(file).map_err(|cause| Failure::File { path: file.clone(), cause })?;
            let notice = String::from_utf8_lossy(&notice);
            let _ = write!(text, "{}\n{}\n{notice}\n", licences::RULE, title(part));
        }
        let others = self.parts.iter().filter(|part| part.notice.is_none());
        let titles: String = others.map(title).collect();
        if !titles.is_empty() {
            let _ = write!(text, "{}\n{titles}\n{ABOVE}", licences::RULE);
        }
        Ok(text)
    }

    /// Our own licences, and those of everything inside, by the names of their files.
    ///
    /// # Errors
    /// As [`Contents::notices`].
    pub(super) fn licence_files(&self, release: &Release) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
        Ok(vec![
            ("LICENSE-APACHE", release.read("LICENSE-APACHE")?),
            ("LICENSE-MIT", release.read("LICENSE-MIT")?),
            ("THIRD-PARTY-LICENSES.txt", self.notices()?.into_bytes()),
        ])
    }
}

/// The exception of the compiler's own library asks for no text.
const ABOVE: &str = "The texts of these are above, with those of rust-std.\n";
const HEAD: &str = "Consonance contains the works below, each under the licence that follows its name.\n\n";
