//! Reasons why a chore did not succeed, with the next step to take.

use std::io;
use std::path::PathBuf;

/// Everything that ends a chore with a non-zero exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A program could not be started at all.
    #[error("`{command}` could not be started ({cause}); install it or add it to the PATH")]
    NotStarted {
        /// The command line.
        command: String,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// A program ran and reported failure; what it printed has been shown, or is `output`.
    #[error("`{command}` failed ({status}){output}")]
    CommandFailed {
        /// The command line.
        command: String,
        /// Its exit status.
        status: String,
        /// Its output where that has not been shown yet, with a newline in front; otherwise empty.
        output: String,
    },
    /// A file or folder could not be read or written.
    #[error("cannot use {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// A third-party crate must not be used.
    #[error(
        "`{package}` cannot be used: {why}; do without it, or think about the licence and accept it in xtask/src/licences/terms.rs"
    )]
    Licence {
        /// Its name.
        package: String,
        /// The reason why its licence does not allow the use.
        why: String,
    },
    /// A program answered in a form that is not understood here.
    #[error("`{command}` gave an answer that is not understood: {why}")]
    Answer {
        /// The command line.
        command: String,
        /// The problem with the answer.
        why: String,
    },
    /// Something that this chore needs is not there.
    #[error("{what} is missing; `{make}` makes it")]
    Missing {
        /// The missing thing.
        what: &'static str,
        /// The command that makes it.
        make: &'static str,
    },
    /// A checked-in file differs from the one that the sources make.
    #[error("{path} is not what the sources make; run `{make}`, and check in what it changed")]
    Stale {
        /// The checked-in file.
        path: &'static str,
        /// The command that makes it.
        make: &'static str,
    },
    /// Plain data is declared in a way that other languages cannot follow, or not as they have it.
    #[error("{0}")]
    Declaration(String),
    /// A page has no marks for a table.
    #[error("{page} has no `{mark}` with a `<!-- end -->` behind it; put them where the table belongs")]
    NoMarks {
        /// The page.
        page: &'static str,
        /// The opening mark.
        mark: String,
    },
    /// Figures of two machines would be mixed.
    #[error(
        "the figures in docs/benchmarks.json are another machine's, or another compiler's; leave out --only, so that all are measured here"
    )]
    AnotherMachine,
    /// The current folder is not inside the project.
    #[error("no Cargo workspace in {} or above; run this inside a checkout of the project", .0.display())]
    NoWorkspace(PathBuf),
    /// There is no browser to test the page with.
    #[error(
        "there is no {name}; install it (Debian: `apt install {package}`), or name the program in the variable {variable}"
    )]
    NoBrowser {
        /// The name of the browser.
        name: &'static str,
        /// The package in Debian.
        package: &'static str,
        /// The environment variable that names the program.
        variable: &'static str,
    },
    /// A folder that has to be empty is not.
    #[error("{} is not empty; name another folder, or empty it", .0.display())]
    NotEmpty(PathBuf),
    /// Ctrl-C cannot be waited for.
    #[error("signals cannot be handled: {0}")]
    Signals(String),
    /// Ctrl-C was pressed; everything that was started has ended.
    #[error("Ctrl-C was pressed")]
    Interrupted,
    /// Some commands did not do what their pages say.
    #[error("check-docs: {0} commands did not do what their pages say, listed above")]
    DocsCheck(usize),
    /// The site of the documentation has faults.
    #[error("book: {0} to put right, listed above")]
    Book(usize),
    /// The rules found something.
    #[error("tidy: {0} to put right, listed above")]
    Untidy(usize),
    /// A package is asked for that the workspace does not have.
    #[error(
        "no package `{0}` with a library in this workspace, expected a name such as `consonance-wire` or `wire`"
    )]
    NoPackage(String),
    /// Some platforms failed their checks.
    #[error("platforms: {0} failed, listed above")]
    Platforms(usize),
    /// A file cannot go into an archive.
    #[error("cannot put `{path}` into an archive: {why}")]
    Entry {
        /// Its path there.
        path: String,
        /// The problem with the path.
        why: String,
    },
    /// A file of the release does not do what it should.
    #[error("the trial of {file} failed: {why}")]
    Trial {
        /// The file that was tried.
        file: String,
        /// The problem, and the printed output.
        why: String,
    },
    /// A release was not sent anywhere.
    #[error("nothing was published: {0}")]
    NotPublished(String),
    /// Two runs of the same work had different results.
    #[error("{0} was made twice of the same sources, and the two differ")]
    NotReproducible(String),
    /// Something that a part of a check needs is not here, and cannot be downloaded.
    #[error("no {what}: {why}")]
    Unavailable {
        /// The missing thing.
        what: &'static str,
        /// The reason, or the command that installs it.
        why: String,
    },
    /// A downloaded file differs from the expected one.
    #[error("{} has the SHA-256 {found}, expected {expected}; delete it", path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
        /// The expected digest.
        expected: &'static str,
    },
    /// A folder that has to have sources has none.
    #[error("no sources of C# in {}", .0.display())]
    NoSources(PathBuf),
    /// Some test programs failed.
    #[error("{suite}: {failed} runs of test programs failed, listed above")]
    TestPrograms {
        /// The test suite.
        suite: &'static str,
        /// The number of failed runs.
        failed: usize,
    },
    /// A step of `ci` failed.
    #[error("ci stopped at `{step}`: {cause}")]
    Step {
        /// The step.
        step: &'static str,
        /// The failure of the step.
        cause: Box<Failure>,
    },
}
