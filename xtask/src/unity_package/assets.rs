//! The files and folders of a package that have a `.meta`.

use std::collections::BTreeSet;

/// The assets among these files, and their folders.
pub(super) fn of<'p>(files: impl Iterator<Item = &'p str>) -> BTreeSet<&'p str> {
    let mut assets = BTreeSet::new();
    for file in files.filter(|file| is_known(file)) {
        assets.insert(file);
        let folders = file.match_indices('/').map(|(end, _)| &file[..end]);
        assets.extend(folders.filter(|folder| is_known(folder)));
    }
    assets
}

/// Unity knows nothing in a folder whose name ends with `~`. Those of the samples are copied into a game by it, with
/// their metas.
fn is_known(path: &str) -> bool {
    let path = path.strip_prefix(SAMPLES).unwrap_or(path);
    let is_hidden = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with('~');
    !path.split('/').any(is_hidden) && !UNKNOWN.iter().any(|ending| path.ends_with(ending))
}

/// The folder of samples.
pub(super) const SAMPLES: &str = "Samples~/";

const UNKNOWN: [&str; 2] = [super::meta::ENDING, ".tmp"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_folders_and_hidden_ones_are_left_out() {
        let files = [
            "Documentation~/index.md",
            "Runtime/.hidden",
            "Runtime/A/One.cs",
            "Runtime/A/One.cs.meta",
            "Runtime/B~/Two.cs",
            "Samples~/Talk/.sample.json",
            "Samples~/Talk/Talk.unity",
            "package.json",
        ];
        let expected = [
            "Runtime",
            "Runtime/A",
            "Runtime/A/One.cs",
            "Samples~/Talk",
            "Samples~/Talk/Talk.unity",
            "package.json",
        ];
        assert_eq!(of(files.into_iter()).into_iter().collect::<Vec<_>>(), expected);
    }
}
