//! Native libraries of programs.

use std::env;
use std::path::Path;
use std::process::Command;

/// Makes the linker of the system search these folders first.
pub(super) fn search_libraries_in(folders: &[&Path], command: &mut Command) {
    let before = env::var_os(LIBRARY_PATH).unwrap_or_default();
    let before = env::split_paths(&before).filter(|folder| !folder.as_os_str().is_empty());
    let path = env::join_paths(folders.iter().map(|folder| folder.to_path_buf()).chain(before));
    command.env(LIBRARY_PATH, path.unwrap_or_default());
}

const LIBRARY_PATH: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_libraries_are_searched_in_their_order() {
        let mut command = Command::new("it");
        search_libraries_in(&[Path::new("natives"), Path::new("openssl")], &mut command);
        let (_, value) = command.get_envs().next().unwrap();
        let folders: Vec<_> = env::split_paths(value.unwrap()).take(2).collect();
        assert_eq!(folders, [Path::new("natives"), Path::new("openssl")]);
    }
}
