//! What every scenario has: the programs, a place to write to, the gallery.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::arguments::Arguments;
use crate::browser::{Browser, Kind, Owner};
use crate::failure::{Failure, ensure};
use crate::gallery::Gallery;
use crate::native::Native;
use crate::server::Server;
use crate::tab::{Look, Tab, WIDTHS};
use crate::voices::Voice;

/// What every scenario has.
pub(crate) struct Stage {
    kind: Kind,
    program: PathBuf,
    consonance: PathBuf,
    output: PathBuf,
    gallery: RefCell<Gallery>,
}

impl Stage {
    /// Makes the folder for what is left, and takes away what another run has left there.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub(crate) fn build(arguments: &Arguments) -> Result<Self, Failure> {
        let output = arguments.output.clone();
        if output.exists() {
            fs::remove_dir_all(&output).map_err(Failure::io(format!("{}", output.display())))?;
        }
        fs::create_dir_all(&output).map_err(Failure::io(format!("{}", output.display())))?;
        let gallery = RefCell::new(Gallery::new(output.clone()));
        let (program, consonance) = (arguments.program.clone(), arguments.consonance.clone());
        Ok(Self { kind: arguments.browser, program, consonance, output, gallery })
    }

    /// A browser for somebody.
    ///
    /// # Errors
    /// If it cannot be started.
    pub(crate) fn browser(&self, owner: &Owner) -> Result<Box<dyn Browser>, Failure> {
        self.kind.start(&self.program, owner)
    }

    /// A server with these settings, for this scenario.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub(crate) fn server(&self, scenario: &str, settings: &str) -> Result<Server, Failure> {
        Server::start(&self.consonance, &self.folder(scenario), settings)
    }

    /// A native player at this address, for this scenario.
    ///
    /// # Errors
    /// As [`Native::join`].
    pub(crate) fn native(
        &self,
        scenario: &str,
        address: &str,
        name: &str,
        voice: Option<Voice>,
    ) -> Result<Native, Failure> {
        Native::join(&self.consonance, &self.folder(scenario), address, name, voice)
    }

    /// Runs `consonance` with these arguments to its end; what it says.
    ///
    /// # Errors
    /// If it fails.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<String, Failure> {
        let what = format!("consonance {}", arguments.join(" "));
        let output = Command::new(&self.consonance).args(arguments).output().map_err(Failure::io(&*what))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        ensure(output.status.success(), || format!("{what}: {}", said(&output.stderr)))?;
        Ok(said(&output.stdout))
    }

    /// The folder of a scenario.
    pub(crate) fn folder(&self, scenario: &str) -> PathBuf {
        self.output.join(scenario)
    }

    /// Keeps pictures of what a tab shows: on a phone, on a tablet and on a desk, by day and by night.
    ///
    /// # Errors
    /// If the page has gone, or a picture cannot be written.
    pub(crate) fn photograph(&self, tab: &Tab, name: &str) -> Result<(), Failure> {
        for width in WIDTHS {
            for is_dark in [false, true] {
                let look = Look { width, is_dark };
                self.gallery.borrow_mut().hang(name, look, &tab.in_window(look, || tab.picture())?)?;
            }
        }
        Ok(())
    }

    /// Keeps what was heard, for people who want to hear it, too.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn keep_sound(&self, name: &str, sound: &[f32]) -> Result<(), Failure> {
        let file = self.output.join(format!("{name}.wav"));
        consonance_test_sound::write(&file, sound).map_err(Failure::io(format!("{}", file.display())))
    }

    /// Writes the page with all pictures; where that is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn close_gallery(&self) -> Result<PathBuf, Failure> {
        self.gallery.borrow().write_page()
    }
}
