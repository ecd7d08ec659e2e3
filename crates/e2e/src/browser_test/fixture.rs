//! The fixture of every scenario: the programs, a place to write to, its chapter of the report.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use consonance_testing::sound::Coverage;
use consonance_testing::stage::{Browser, Failure, Kind, Look, Owner, Tab, WIDTHS, ensure};

use crate::browser_test::arguments::Arguments;
use crate::browser_test::native::Native;
use crate::browser_test::report::{Chapter, Hearing, Note};
use crate::browser_test::server::Server;
use crate::browser_test::turn::Turn;
use crate::browser_test::voices::Voice;

/// A scenario's own fixture.
pub(crate) struct Fixture<'a> {
    programs: &'a Arguments,
    scenario: &'a str,
    /// The prefix of all names in the folder of the report: empty when the scenario is played for the first time.
    prefix: String,
    has_firefox: Cell<bool>,
    chapter: RefCell<Chapter>,
}

impl<'a> Fixture<'a> {
    /// The fixture for a scenario of this name that is played for the `time`th time.
    pub(crate) fn new(programs: &'a Arguments, scenario: &'a str, time: usize) -> Self {
        let prefix = if time > 1 { format!("again-{time}-") } else { String::new() };
        let has_firefox = Cell::new(programs.browser == Kind::Firefox);
        Self { programs, scenario, prefix, has_firefox, chapter: RefCell::default() }
    }

    /// How much of a voice may be missing where it is heard: 0 = nothing, 1 = all of it.
    pub(crate) fn missing_max(&self) -> f64 {
        // The recorder itself loses audio in Firefox.
        if self.has_firefox.get() { 1.0 } else { HARDLY_ANY }
    }

    /// A browser for a visitor.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn browser(&self, owner: &Owner) -> Result<Box<dyn Browser>, Failure> {
        self.programs.browser.start(&self.programs.program, owner)
    }

    /// Firefox for a visitor, beside the browsers of the others. Voices may lose some of their frames from now on.
    ///
    /// # Errors
    /// [`Failure::Lacking`] if there is no such program; if it cannot be started.
    pub(crate) fn firefox(&self, owner: &Owner) -> Result<Box<dyn Browser>, Failure> {
        let program = &self.programs.firefox;
        let version = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        if version.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(Failure::Lacking(format!("there is no {} (Debian: firefox-esr)", program.display())));
        }
        self.has_firefox.set(true);
        Kind::Firefox.start(program, owner)
    }

    /// A server with these settings, in a folder of this name.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub(crate) fn server(&self, folder: &str, settings: &str) -> Result<Server, Failure> {
        Server::start(&self.programs.consonance, &self.folder(folder)?, settings)
    }

    /// The program started without arguments, in a folder of this name.
    ///
    /// # Errors
    /// As [`Server::start_without_arguments`].
    pub(crate) fn server_without_arguments(&self, folder: &str) -> Result<Server, Failure> {
        Server::start_without_arguments(&self.programs.consonance, &self.folder(folder)?)
    }

    /// A native player at this address, in a folder of this name.
    ///
    /// # Errors
    /// As [`Native::join`].
    pub(crate) fn native(
        &self,
        folder: &str,
        address: &str,
        name: &str,
        voice: Option<Voice>,
    ) -> Result<Native, Failure> {
        Native::join(&self.programs.consonance, &self.folder(folder)?, address, name, voice)
    }

    /// A game with the package for Unity, with its files in a folder of this name.
    ///
    /// # Errors
    /// As [`Native::join_from_unity`].
    pub(crate) fn unity_game(
        &self,
        folder: &str,
        address: &str,
        name: &str,
        voice: Voice,
    ) -> Result<Native, Failure> {
        Native::join_from_unity(&self.programs.unity, &self.folder(folder)?, address, name, voice)
    }

    /// A TURN server in a folder of this name.
    ///
    /// # Errors
    /// As [`Turn::start`].
    pub(crate) fn run_once(&self, folder: &str) -> Result<Turn, Failure> {
        Turn::start(&self.programs.turnserver, &self.folder(folder)?)
    }

    /// Runs `consonance` with these arguments to its end; returns its output.
    ///
    /// # Errors
    /// If it fails.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<String, Failure> {
        let what = format!("consonance {}", arguments.join(" "));
        let output = Command::new(&self.programs.consonance).args(arguments).output();
        let output = output.map_err(Failure::io(&*what))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ensure(output.status.success(), || format!("{what}: {}", said(&output.stderr)))?;
        Ok(said(&output.stdout))
    }

    /// Makes a folder of this name.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.programs.output.join(format!("{}{name}", self.prefix));
        fs::create_dir_all(&folder).map_err(Failure::io(format!("{}", folder.display())))?;
        Ok(folder)
    }

    /// The folder for the scenario's own files.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(crate) fn own_folder(&self) -> Result<PathBuf, Failure> {
        self.folder(self.scenario)
    }

    /// Prints progress.
    pub(crate) fn say(&self, line: &str) {
        println!("{:<14} {line}", self.scenario);
    }

    /// Keeps pictures of what a tab shows: on a phone, on a tablet and on a desk, by day and by night.
    ///
    /// # Errors
    /// If the page has gone, or a picture cannot be written.
    pub(crate) fn photograph(&self, tab: &Tab, name: &str) -> Result<(), Failure> {
        for width in WIDTHS {
            for is_dark in [false, true] {
                let look = Look { width, is_dark };
                let file = format!("{}{name}-{look}.png", self.prefix);
                let path = self.programs.output.join(&file);
                let picture = tab.in_window(look, || tab.picture())?;
                fs::write(&path, picture).map_err(Failure::io(format!("{}", path.display())))?;
                self.chapter.borrow_mut().hang(name, look, file);
            }
        }
        Ok(())
    }

    /// Keeps a recording for the report.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep_hearing(
        &self,
        title: &str,
        heard: &[f32],
        likeness: f64,
        coverage: Coverage,
    ) -> Result<(), Failure> {
        let file = self.keep_sound(title, heard)?;
        let hearing = Hearing { title: title.to_owned(), likeness, coverage, file };
        self.chapter.borrow_mut().hearings.push(hearing);
        Ok(())
    }

    /// Writes a recording; returns its path within the folder of the report.
    fn keep_sound(&self, title: &str, sound: &[f32]) -> Result<String, Failure> {
        self.own_folder()?;
        let Chapter { hearings, notes, .. } = &*self.chapter.borrow();
        let number = hearings.len() + notes.len() + 1;
        let title: String = title
            .chars()
            .map_while(|letter| match letter {
                ' ' => Some('-'),
                letter => letter.is_alphanumeric().then_some(letter),
            })
            .collect();
        let file = format!("{}{}/{number:02}-{title}.wav", self.prefix, self.scenario);
        let path = self.programs.output.join(&file);
        consonance_testing::sound::write(&path, sound).map_err(Failure::io(format!("{}", path.display())))?;
        Ok(file)
    }

    /// Notes a figure for the report.
    pub(crate) fn note(&self, figure: String) {
        self.say(&figure);
        self.chapter.borrow_mut().notes.push(Note { words: figure, file: None });
    }

    /// Notes a figure for the report, and keeps the sound that it was taken from.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn note_with_sound(&self, figure: String, sound: &[f32]) -> Result<(), Failure> {
        self.say(&figure);
        let file = Some(self.keep_sound(&figure, sound)?);
        self.chapter.borrow_mut().notes.push(Note { words: figure, file });
        Ok(())
    }

    /// The scenario's part of the report.
    pub(crate) fn into_chapter(self) -> Chapter {
        self.chapter.into_inner()
    }
}

/// Two frames: four seconds have about a hundred with speech.
const HARDLY_ANY: f64 = 0.025;
