//! Words that must not be published: paths of a developer's machine, and the addresses that package registries
//! download from.
//!
//! The needles are put together from halves, so that this file does not find itself.

use super::finding::Finding;
use super::repository::Repository;

/// No text file names a folder of a developer's machine or the host of a package registry.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&[""]) {
        for (index, line) in text.lines().enumerate() {
            if file.path.ends_with("Cargo.lock") && line.starts_with(LOCK_SOURCE) {
                continue;
            }
            if let Some((what, instead)) = judge(line) {
                findings.push(Finding::new(&file.path, index + 1, what, instead));
            }
        }
    }
    findings
}

/// The form in which Cargo itself writes the source of a package.
const LOCK_SOURCE: &str = concat!("source = \"registry+https://github.com/rust-lang/crates.io", "-index");

const FOLDERS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/tmp/tar", "get")];

/// Folders that are followed by a user's name.
const HOMES: [&str; 3] = [concat!("/ho", "me/"), concat!("/Use", "rs/"), concat!("\\Use", "rs\\")];

const HOSTS: [&str; 8] = [
    concat!("crates.io", "-index"),
    concat!("index.cra", "tes.io"),
    concat!("static.cra", "tes.io"),
    concat!("registry.np", "mjs.org"),
    concat!("registry.yarn", "pkg.com"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("deb.deb", "ian.org"),
];

fn judge(line: &str) -> Option<(String, &'static str)> {
    let folder = FOLDERS.iter().find(|folder| starts_of(line, folder).next().is_some());
    let home = HOMES.iter().find(|home| {
        starts_of(line, home).any(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    if let Some(path) = folder.or(home) {
        let instead = "write a path from the root of the repository, or a made-up one";
        return Some((format!("`{path}` is a path of a developer's machine"), instead));
    }
    let host = HOSTS.iter().find(|host| line.contains(**host))?;
    Some((
        format!("`{host}` is the host of a package registry"),
        "name the package, not where it is downloaded",
    ))
}

/// The rest of the line after each occurrence of `path` that does not continue a longer path or an address.
fn starts_of<'a>(line: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    let goes_on = |c: char| c.is_alphanumeric() || "._-~}*".contains(c);
    line.match_indices(path)
        .filter(move |(at, _)| !line[..*at].ends_with(goes_on) || path.starts_with('\\'))
        .map(|(at, _)| &line[at + path.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(path: &str, line: &str) -> Vec<String> {
        lines(&check(&repository(&[(path, &format!("A page.\n{line}\n"))])))
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let path = format!("Open `{}notes.md`.", FOLDERS[1]);
        assert_eq!(
            found("a.md", &path),
            [format!(
                "a.md:2: `{}` is a path of a developer's machine — \
             write a path from the root of the repository, or a made-up one",
                FOLDERS[1]
            )]
        );
        for line in [FOLDERS[0], FOLDERS[2]] {
            assert_eq!(found("a.rs", line).len(), 1, "{line}");
        }
        for home in HOMES {
            assert_eq!(found("a.toml", &format!("at = \"{home}ada/x\"")).len(), 1, "{home}");
        }
    }

    #[test]
    fn parts_of_other_paths_and_addresses_are_not() {
        for line in
            ["../work/plan.md", "https://example.org/work/", "$HOME/work/", "/home/<you>/", "frame/root"]
        {
            assert_eq!(found("a.md", line), [""; 0]);
        }
    }

    #[test]
    fn hosts_of_registries_are_found_but_not_their_pages() {
        assert_eq!(found("a.md", "https://crates.io/crates/quinn"), [""; 0]);
        assert_eq!(
            found("a.md", &format!("see https://{}/x", HOSTS[2])),
            [format!(
                "a.md:2: `{}` is the host of a package registry — name the package, not where it is downloaded",
                HOSTS[2]
            )]
        );
    }

    #[test]
    fn the_lock_file_may_say_where_packages_come_from() {
        let source = format!("{LOCK_SOURCE}\"");
        assert_eq!(found("Cargo.lock", &source), [""; 0]);
        assert_eq!(found("a.md", &source).len(), 1);
    }
}
