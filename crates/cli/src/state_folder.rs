//! The default folder for state: the same for the server that makes a token and the command that shows it.

use std::env;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use etcetera::base_strategy::choose_native_strategy;

/// `admin-token` in the folder that systemd keeps for a service, or else in this user's folder for states
/// (`~/.local/state/consonance` on Linux, `%LOCALAPPDATA%\consonance` on Windows). None where there is neither.
pub(crate) fn admin_token_file() -> Option<PathBuf> {
    let folder = of_service().or_else(user_folder)?;
    Some(folder.join("admin-token"))
}

/// The first of `StateDirectory=`, as systemd.exec(5) has it; none where no service manager keeps one.
pub(crate) fn of_service() -> Option<PathBuf> {
    let folders = env::var_os("STATE_DIRECTORY")?;
    env::split_paths(&folders).find(|folder| folder.is_absolute())
}

/// This user's folder for states.
pub(crate) fn user_folder() -> Option<PathBuf> {
    let platform = choose_native_strategy().ok()?;
    let folder = match platform.state_dir() {
        Some(folder) => folder,
        // Machine-local state must not roam with the user, as the data folder does on Windows.
        None if cfg!(windows) => platform.cache_dir(),
        None => platform.data_dir(),
    };
    Some(folder.join("consonance"))
}
