//! Builds of the copied workspace, and the search for mutants that do not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};

use super::schema::Schema;
use crate::command;
use crate::failure::Failure;

/// A program with tests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Binary {
    /// The folder of the package, in which its tests expect to run.
    pub(super) folder: PathBuf,
    /// The target, such as the name of an integration test, or of the library.
    pub(super) target: String,
    /// The program.
    pub(super) path: PathBuf,
}

/// The result of a build.
pub(super) struct Compiled {
    /// The programs that it made, sorted.
    pub(super) binaries: Vec<Binary>,
    /// The errors of the compiler.
    pub(super) errors: Vec<Diagnostic>,
    is_success: bool,
    command: String,
}

/// Runs Cargo in the copy, and shows its progress.
///
/// # Errors
/// [`Failure::NotStarted`], or [`Failure::Answer`] where Cargo's output is not understood.
pub(super) fn cargo(workspace: &Path, target: &Path, arguments: &[String]) -> Result<Compiled, Failure> {
    let format = "--message-format=json".to_owned();
    let arguments: Vec<_> = arguments.iter().chain([&format]).map(String::as_str).collect();
    let mut cargo = command::cargo(workspace, arguments);
    cargo.env("CARGO_TARGET_DIR", target).stdin(Stdio::null()).stdout(Stdio::piped());
    let line = command::line(&cargo);
    let not_started = |cause| Failure::NotStarted { command: line.clone(), cause };
    let mut child = cargo.spawn().map_err(not_started)?;
    let (mut binaries, mut errors) = (Vec::new(), Vec::new());
    for message in child.stdout.take().into_iter().flat_map(|out| Message::parse_stream(BufReader::new(out)))
    {
        let message =
            message.map_err(|error| Failure::Answer { command: line.clone(), why: error.to_string() })?;
        match message {
            Message::CompilerMessage(message) if is_error(&message.message) => errors.push(message.message),
            Message::CompilerArtifact(artifact) if artifact.profile.test => {
                binaries.extend(artifact.executable.map(|path| Binary {
                    target: artifact.target.name.clone(),
                    path: path.into_std_path_buf(),
                    folder: artifact.manifest_path.parent().map(Into::into).unwrap_or_default(),
                }));
            }
            _ => {}
        }
    }
    let status = child.wait().map_err(not_started)?;
    binaries.sort();
    Ok(Compiled { binaries, errors, is_success: status.success(), command: line })
}

impl Compiled {
    /// The mutants without which more would compile; none where all is well.
    ///
    /// # Errors
    /// [`Failure::CommandFailed`] if it is not mutants that do not compile.
    pub(super) fn to_blame(&self, files: &BTreeMap<String, Schema>) -> Result<BTreeSet<usize>, Failure> {
        let blamed: BTreeSet<_> = self.errors.iter().filter_map(|error| blame(error, files)).collect();
        if blamed.is_empty() && !self.is_success {
            let texts: String = self.errors.iter().filter_map(|error| error.rendered.clone()).collect();
            return Err(Failure::CommandFailed {
                command: self.command.clone(),
                status: "see above".to_owned(),
                output: format!("\n{texts}"),
            });
        }
        Ok(blamed)
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) && !diagnostic.spans.is_empty()
}

/// The mutant that an error is in; or, where it is in none, the one that is nearest to it in its file.
fn blame(error: &Diagnostic, files: &BTreeMap<String, Schema>) -> Option<usize> {
    let mut spans: Vec<_> = error.spans.iter().collect();
    spans.sort_by_key(|span| !span.is_primary);
    let places = spans.iter().filter_map(|span| {
        let schema = files.get(&span.file_name.replace('\\', "/"))?;
        Some((span.byte_start as usize..span.byte_end as usize, schema))
    });
    let places: Vec<_> = places.collect();
    places
        .iter()
        .find_map(|(place, schema)| innermost(place, schema))
        .or_else(|| places.iter().find_map(|(place, schema)| nearest(place, schema)))
}

fn innermost(place: &Range<usize>, schema: &Schema) -> Option<usize> {
    let around =
        schema.placed.iter().filter(|(_, mutant)| mutant.start <= place.start && place.end <= mutant.end);
    around.min_by_key(|(_, mutant)| mutant.len()).map(|(number, _)| *number)
}

fn nearest(place: &Range<usize>, schema: &Schema) -> Option<usize> {
    schema
        .placed
        .iter()
        .min_by_key(|(_, mutant)| mutant.start.abs_diff(place.start))
        .map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mutant_is_to_blame() {
        let schema = Schema { text: String::new(), placed: vec![(1, 10..100), (2, 20..40), (3, 200..210)] };
        assert_eq!(innermost(&(25..30), &schema), Some(2));
        assert_eq!(innermost(&(50..60), &schema), Some(1));
        assert_eq!(innermost(&(150..160), &schema), None);
        assert_eq!(nearest(&(190..195), &schema), Some(3));
    }
}
