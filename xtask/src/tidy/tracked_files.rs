//! The list of files that belong to the repository.

use std::fs;
use std::path::Path;

use crate::command;
use crate::failure::Failure;

/// The paths of all files that are tracked or about to be, from the root, sorted.
///
/// Git is asked; where there is no Git or no Git checkout (a downloaded archive) the folders are walked instead.
///
/// # Errors
/// [`Failure`] where Git fails in a checkout, or a folder cannot be read.
pub(crate) fn list(root: &Path) -> Result<Vec<String>, Failure> {
    let mut paths = if root.join(".git").exists() { ask_git(root) } else { walk(root) }?;
    paths.retain(|path| root.join(path).is_file());
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn ask_git(root: &Path) -> Result<Vec<String>, Failure> {
    let mut git = std::process::Command::new("git");
    // A checkout can belong to another user than the current one.
    git.current_dir(root).args(["-c", "safe.directory=*", "-c", "core.quotePath=false"]);
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    match command::capture(&mut git) {
        Ok(answer) => Ok(answer.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()),
        Err(Failure::NotStarted { .. }) => walk(root),
        Err(failure) => Err(failure),
    }
}

/// All files below `root`, without what `.gitignore` names from the root.
fn walk(root: &Path) -> Result<Vec<String>, Failure> {
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().filter_map(|line| line.trim().strip_prefix('/')).collect();
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let unreadable = |cause| Failure::File { path: path.clone(), cause };
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let below = format!("{folder}{}", name.to_string_lossy());
            if name == ".git" || ignored.iter().any(|ignored| ignored.trim_end_matches('/') == below) {
                continue;
            }
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(format!("{below}/"));
            } else {
                files.push(below);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn both_ways_of_listing_find_this_file_and_no_build_products() {
        let root = workspace_root::find().unwrap();
        for paths in [list(&root).unwrap(), walk(&root).unwrap()] {
            assert!(paths.iter().any(|path| path == "xtask/src/tidy/tracked_files.rs"));
            assert!(paths.iter().all(|path| !path.starts_with("target/") && !path.starts_with(".git/")));
        }
    }
}
