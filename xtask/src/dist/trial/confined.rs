//! Programs in a folder that is all they see of the disk, and what only root may do.

use std::path::Path;
use std::process::Command;

use crate::command;

/// A command whose root is this folder, as this user where that is possible.
pub(super) fn inside(root: &Path, user: Option<u32>, program: &str) -> Command {
    let mut command = as_root("chroot");
    // In a user namespace, root is the only user.
    if let Some(user) = user.filter(|_| is_root()) {
        command.arg(format!("--userspec={user}:{user}"));
    }
    command.arg(root).arg(program);
    command
}

/// A command that may do what only root may: as this user, or as root of a namespace of its own.
pub(super) fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", program]);
    command
}

fn is_root() -> bool {
    command::capture(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}
