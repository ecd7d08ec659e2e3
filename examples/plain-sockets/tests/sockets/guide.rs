//! Every code block of the guide to custom networks is real code: of this example, or of direct links.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_code_block_of_the_guide_stands_in_a_file_of_the_example_or_of_direct_links() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(package.join("../../docs/custom-network.md")).unwrap();
    let folders = [".", "../../crates/link", "../../crates/consonance/tests"];
    let files = folders.into_iter().flat_map(|folder| rust_files(&package.join(folder)));
    let sources: Vec<Vec<String>> = files.map(|path| lines_of(&path)).collect();
    let blocks = rust_blocks(&guide);
    assert!(blocks.len() >= 10, "the guide has only {} pieces of code", blocks.len());
    assert_eq!(guide.matches("```rust").count(), blocks.len(), "code that is excluded from this comparison");
    for block in blocks {
        let stands_there = |source: &Vec<String>| {
            source.windows(block.len()).any(|window| without_indentation(window) == block)
        };
        assert!(sources.iter().any(stands_there), "this stands nowhere:\n{}", block.join("\n"));
    }
}

/// The contents of the blocks that start with ```` ```rust ````.
fn rust_blocks(guide: &str) -> Vec<Vec<String>> {
    let pieces = guide.split("```rust\n").skip(1);
    let codes = pieces.map(|piece| piece.split("```").next().unwrap_or_default());
    codes.map(|code| code.lines().map(str::to_owned).collect()).collect()
}

/// The guide shows methods without their indentation.
fn without_indentation(lines: &[String]) -> Vec<String> {
    let indents =
        lines.iter().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    lines.iter().map(|line| line.get(indent..).unwrap_or_default().to_owned()).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn lines_of(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}
