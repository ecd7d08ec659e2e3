//! Checks of what a page promises besides printed words.

use std::fs;
use std::path::Path;

use super::performance::Running;
use super::script::Promise;
use super::{page, speech, typed};

/// The place where a promise is checked.
pub(super) struct Place<'a> {
    /// The folder in which the command was typed.
    pub(super) folder: &'a Path,
    /// The command that made the promise.
    pub(super) this: &'a mut Running,
    /// The other running commands of the scene.
    pub(super) others: &'a [Running],
}

/// Checks a promise once.
///
/// # Errors
/// A description of the broken promise.
pub(super) fn is_kept(promise: &Promise, place: &mut Place<'_>) -> Result<(), String> {
    match *promise {
        Promise::File(name) => match fs::metadata(place.folder.join(name)) {
            Ok(file) if file.len() > 0 => Ok(()),
            Ok(_) => Err(format!("{name} is empty")),
            Err(error) => Err(format!("there is no {name}: {error}")),
        },
        Promise::Speech(name) if speech::has_speech(&place.folder.join(name)) => Ok(()),
        Promise::Speech(name) => Err(format!("no speech in {name}")),
        Promise::Page(words) => {
            let address = typed::said(&place.this.child.printed(), words);
            page::is_whole(&address.ok_or_else(|| format!("no address was printed behind {words:?}"))?)
        }
        Promise::Elsewhere(part, words) => {
            let other = place.others.iter().find(|other| other.step.command.contains(part));
            let printed = other.ok_or_else(|| format!("no command with {part:?} runs"))?.child.printed();
            if printed.contains(words) {
                Ok(())
            } else {
                Err(format!("{part:?} does not print {words:?}:\n{printed}"))
            }
        }
        Promise::Typed(line) => {
            place.this.child.type_line(line).map_err(|error| format!("the input is closed: {error}"))
        }
    }
}
