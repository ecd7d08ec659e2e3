//! What is allocated meanwhile, and the program that counts it.

use std::alloc::System;
use std::env::{self, consts::EXE_SUFFIX};
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats};

/// All that is allocated and given back from here on, by all threads.
pub(super) struct Allocations(Region<'static, System>);

impl Allocations {
    pub(super) fn count() -> Self {
        Self(Region::new(&INSTRUMENTED_SYSTEM))
    }

    /// So far.
    pub(super) fn change(&self) -> Stats {
        self.0.change()
    }

    /// How often memory was asked for so far.
    pub(super) fn number(&self) -> f64 {
        let change = self.change();
        (change.allocations + change.reallocations) as f64
    }
}

/// Carries this out where allocations are counted: here, or by the program that is the same command and counts them.
///
/// # Errors
/// Those of the bench, or if that program is not there.
pub(super) fn where_counted(
    bench: impl FnOnce() -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    if are_counted() { bench() } else { run_counting_program() }
}

fn are_counted() -> bool {
    let allocations = Allocations::count();
    drop(black_box(Box::new(0_u8)));
    allocations.number() > 0.0
}

fn run_counting_program() -> Result<(), Box<dyn Error>> {
    let program = env::current_exe()?.with_file_name(format!("{COUNTING_PROGRAM}{EXE_SUFFIX}"));
    if !program.exists() {
        let message = format!(
            "this bench counts allocations, and this program leaves that to {}, which is not there: \
             `cargo build --release` makes both",
            program.display(),
        );
        return Err(message.into());
    }
    replace_by(&program)
}

/// Whoever ends this process ends that program.
#[cfg(unix)]
fn replace_by(program: &Path) -> Result<(), Box<dyn Error>> {
    use std::os::unix::process::CommandExt;
    Err(Command::new(program).args(env::args_os().skip(1)).exec().into())
}

#[cfg(not(unix))]
fn replace_by(program: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new(program).args(env::args_os().skip(1)).status()?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", program.display()).into()) }
}

const COUNTING_PROGRAM: &str = "consonance-allocations";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_counted_but_in_the_program_that_is_made_for_it() {
        assert!(!are_counted());
    }
}
