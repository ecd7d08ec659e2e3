//! Scenes that try each command of a page, with the output and effects that it must have.
//!
//! A scene has the commands that a reader of one section of a page types, in order, each exactly as it is shown. A
//! test compares scenes with pages: every shown command is tried, and every tried command is shown.

mod examples;
mod first_steps;
mod guide;
mod networks;
mod readme;
#[cfg(test)]
mod tests;
mod tools;

/// The commands that a reader of one section of a page types.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The page, from the root of the repository.
    pub(crate) page: &'static str,
    /// The folder in which its commands are typed.
    pub(crate) folder: Folder,
    /// Its commands, in the order in which they are typed.
    pub(crate) steps: &'static [Step],
}

/// A folder in which commands are typed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Folder {
    /// The checkout, or a folder in it.
    Checkout(&'static str),
    /// An empty one, of a user with the program `consonance` on the PATH.
    Empty,
}

/// One command.
#[derive(Debug)]
pub(crate) struct Step {
    /// Exactly as the page shows it.
    pub(crate) command: &'static str,
    /// Whether the page shows it; otherwise, the page takes it for granted.
    pub(crate) is_shown: bool,
    /// How it ends.
    pub(crate) way: Way,
    /// The words that it must print, in order.
    pub(crate) says: &'static [&'static str],
    /// Placeholders in the shown command, and their values.
    pub(crate) stands_for: &'static [(&'static str, Value)],
    /// Requirements that not every machine meets.
    pub(crate) needs: &'static [Need],
    /// Promises to check as soon as it has printed its words, or has ended by itself.
    pub(crate) promises: &'static [Promise],
    /// Promises to check after Ctrl-C.
    pub(crate) afterwards: &'static [Promise],
}

/// How a command ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// It ends by itself, with success.
    Ends,
    /// It ends by itself, with one of these codes.
    EndsWith(&'static [i32]),
    /// It ends after Ctrl-C, with success.
    Stays,
    /// It is never tried, for this reason.
    Untried(&'static str),
}

/// The value of a placeholder in a shown command.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value {
    /// Always this.
    Is(&'static str),
    /// The word that a command of the scene has printed behind these words.
    Said(&'static str),
    /// A folder with this name, in place of the same one of the machine.
    Folder(&'static str),
}

/// A requirement that not every machine meets; a command is skipped where it is missing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    /// A program on the PATH.
    Program(&'static str),
    /// A command that succeeds, and what that shows to be there.
    Success(&'static str, &'static str),
    /// More patience than usual: this many minutes.
    Minutes(u32),
    /// The wish to run all tests.
    Tests,
}

/// A promise of a page besides printed words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Promise {
    /// This file is there, and is not empty.
    File(&'static str),
    /// This WAV file contains speech.
    Speech(&'static str),
    /// A page at the address that was printed behind these words, with all that it loads.
    Page(&'static str),
    /// Another command of the scene, which has these words in it, prints this.
    Elsewhere(&'static str, &'static str),
    /// A line that is typed into the command.
    Typed(&'static str),
}

/// All scenes, those of the README first.
pub(crate) fn scenes() -> impl Iterator<Item = &'static Scene> {
    let readers = [readme::SCENES, first_steps::SCENES, guide::SCENES];
    let others = [networks::SCENES, tools::SCENES, examples::SCENES];
    readers.into_iter().chain(others).flatten()
}

const fn scene(page: &'static str, steps: &'static [Step]) -> Scene {
    Scene { page, folder: Folder::Checkout(""), steps }
}

/// A command that ends by itself.
const fn ends(command: &'static str) -> Step {
    Step {
        command,
        is_shown: true,
        way: Way::Ends,
        says: &[],
        stands_for: &[],
        needs: &[],
        promises: &[],
        afterwards: &[],
    }
}

/// A command that runs until Ctrl-C, or until the scene is over.
const fn stays(command: &'static str) -> Step {
    Step { way: Way::Stays, ..ends(command) }
}

/// A command that is not tried, and why.
const fn untried(command: &'static str, why: &'static str) -> Step {
    Step { way: Way::Untried(why), ..ends(command) }
}

impl Scene {
    const fn in_folder(self, folder: Folder) -> Self {
        Self { folder, ..self }
    }
}

impl Step {
    /// The page takes for granted that this was done.
    const fn granted(self) -> Self {
        Self { is_shown: false, ..self }
    }

    const fn with_one_of(self, codes: &'static [i32]) -> Self {
        Self { way: Way::EndsWith(codes), ..self }
    }

    const fn says(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    const fn stands_for(self, stands_for: &'static [(&'static str, Value)]) -> Self {
        Self { stands_for, ..self }
    }

    const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    const fn promises(self, promises: &'static [Promise]) -> Self {
        Self { promises, ..self }
    }

    const fn afterwards(self, afterwards: &'static [Promise]) -> Self {
        Self { afterwards, ..self }
    }
}
