//! Why a chore did not succeed, in words that say what to do next.

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
        /// What the operating system said.
        cause: io::Error,
    },
    /// A program ran and reported failure; what it printed has been shown, or is `output`.
    #[error("`{command}` failed ({status}){output}")]
    CommandFailed {
        /// The command line.
        command: String,
        /// Its exit status.
        status: String,
        /// What it printed where that has not been shown yet, with a newline in front; otherwise empty.
        output: String,
    },
    /// A file or folder could not be read or written.
    #[error("cannot use {}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A third-party crate must not be used.
    #[error(
        "`{package}` cannot be used: {why}; do without it, or think about the licence and accept it in xtask/src/licences/terms.rs"
    )]
    Licence {
        /// Its name.
        package: String,
        /// What its licence says.
        why: String,
    },
    /// A program answered in a form that is not understood here.
    #[error("`{command}` gave an answer that is not understood: {why}")]
    Answer {
        /// The command line.
        command: String,
        /// What was wrong with the answer.
        why: String,
    },
    /// Something that this chore needs is not there.
    #[error("{what} is missing; `{make}` makes it")]
    Missing {
        /// What.
        what: &'static str,
        /// What to type.
        make: &'static str,
    },
    /// What is checked in is not what the sources make.
    #[error("{path} is not what the sources make; run `{make}`, and check in what it changed")]
    Stale {
        /// What is checked in.
        path: &'static str,
        /// What to type.
        make: &'static str,
    },
    /// A page has no place for what belongs there.
    #[error("{page} has no `{mark}` with a `<!-- end -->` behind it; put them where the table belongs")]
    NoMarks {
        /// The page.
        page: &'static str,
        /// How the place begins.
        mark: String,
    },
    /// Figures of two machines would stand side by side.
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
        /// Of the browser.
        name: &'static str,
        /// Debian's.
        package: &'static str,
        /// Of the environment.
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
        /// What is wrong with it.
        why: String,
    },
    /// What would be handed out does not do what it should.
    #[error("the trial of {file} failed: {why}")]
    Trial {
        /// What was tried.
        file: String,
        /// What went wrong, and what was printed.
        why: String,
    },
    /// Twice the same work, and two results.
    #[error("{0} was made twice of the same sources, and the two differ")]
    NotReproducible(String),
    /// Something that a part of a check needs is not here, and cannot be downloaded.
    #[error("no {what}: {why}")]
    Unavailable {
        /// What.
        what: &'static str,
        /// Why, or what installs it.
        why: String,
    },
    /// What was downloaded is not what was expected.
    #[error("{} has the SHA-256 {found}, expected {expected}; delete it", path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
        /// Of the file that is known.
        expected: &'static str,
    },
    /// A folder that has to have sources has none.
    #[error("no sources of C# in {}", .0.display())]
    NoSources(PathBuf),
    /// Some test programs failed.
    #[error("{suite}: {failed} runs of test programs failed, listed above")]
    TestPrograms {
        /// Which tests.
        suite: &'static str,
        /// How many.
        failed: usize,
    },
    /// A step of `ci` failed.
    #[error("ci stopped at `{step}`: {cause}")]
    Step {
        /// Which step.
        step: &'static str,
        /// What was wrong.
        cause: Box<Failure>,
    },
}
