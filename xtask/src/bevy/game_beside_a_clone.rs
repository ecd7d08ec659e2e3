//! A game beside a clone of this repository, with the manifest that `docs/guide/bevy.md` shows.

use std::fs;
use std::path::Path;

use crate::command;
use crate::failure::Failure;

/// Has cargo resolve such a game: the crate for Bevy and `consonance` are those of this checkout.
///
/// # Errors
/// [`Failure`] if the page has no such manifest, or cargo finds other crates.
pub(super) fn check(root: &Path, target: &Path) -> Result<(), Failure> {
    let page = fs::read_to_string(root.join(PAGE));
    let page = page.map_err(|cause| Failure::File { path: root.join(PAGE), cause })?;
    let wrong = |why: &str| Failure::Answer { command: PAGE.to_owned(), why: why.to_owned() };
    let shown = manifest(&page).ok_or_else(|| wrong("no manifest of a game beside a clone"))?;
    let game = target.join("game");
    let manifest = format!(
        "[package]\nname = \"game\"\nedition = \"2024\"\n\n{}\n[workspace]\n",
        shown.replace("\"../consonance/", &format!("\"{}/", root.display()))
    );
    let written = fs::create_dir_all(game.join("src")).and_then(|()| {
        fs::write(game.join("src/main.rs"), "fn main() {}\n")?;
        fs::write(game.join("Cargo.toml"), manifest)?;
        fs::copy(root.join("bevy/Cargo.lock"), game.join("Cargo.lock")).map(drop)
    });
    written.map_err(|cause| Failure::File { path: game.clone(), cause })?;
    let tree = command::capture(&mut command::cargo(&game, ["tree", "--depth", "2", "--prefix", "none"]))?;
    let is_here = |name: &str| {
        let mut lines = tree.lines().filter(|line| line.starts_with(&format!("{name} ")));
        lines.any(|line| line.contains(&root.display().to_string()))
    };
    match ["bevy_consonance", "consonance"].into_iter().find(|name| !is_here(name)) {
        None => Ok(()),
        Some(_) => Err(wrong("a game with this manifest does not use the crates of the clone")),
    }
}

/// The first manifest on the page that names a clone.
fn manifest(page: &str) -> Option<&str> {
    let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.into_iter().find(|block| block.contains("../consonance/"))
}

const PAGE: &str = "docs/guide/bevy.md";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_page_shows_a_manifest_with_a_patch_for_each_crate_of_ours() {
        let page = fs::read_to_string(workspace_root::find().unwrap().join(PAGE)).unwrap();
        let shown: toml::Table = manifest(&page).unwrap().parse().unwrap();
        assert!(shown["dependencies"].get("bevy_consonance").is_some());
        let patched = &shown["patch"]["crates-io"]["consonance"]["path"];
        assert_eq!(patched.as_str(), Some("../consonance/crates/consonance"));
    }
}
