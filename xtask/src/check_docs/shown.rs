//! The commands that the project's pages show, as a reader would type them.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::markdown;
use crate::tidy::tracked_files;

/// One command, and where it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The page, from the root of the repository.
    pub(crate) page: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// The command as it is typed: continued lines are joined, and comments behind it are left out.
    pub(crate) command: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.page, self.line, self.command)
    }
}

/// All shown commands: those of Markdown pages, of doc comments in Rust files, and of comments in `packaging`.
///
/// # Errors
/// [`Failure`] where a file cannot be read or Git fails.
pub(crate) fn commands(root: &Path) -> Result<Vec<Shown>, Failure> {
    let mut shown = Vec::new();
    for path in tracked_files::list(root)? {
        let Some(read) = reader(&path) else { continue };
        let file = root.join(&path);
        let text = fs::read_to_string(&file).map_err(|cause| Failure::File { path: file, cause })?;
        let of_page = |(line, command)| Shown { page: path.clone(), line, command };
        shown.extend(read(&text).into_iter().map(of_page));
    }
    Ok(shown)
}

type Reader = fn(&str) -> Vec<(usize, String)>;

fn reader(path: &str) -> Option<Reader> {
    let ending = Path::new(path).extension().and_then(|ending| ending.to_str());
    match ending {
        Some("md") => Some(of_markdown),
        Some("rs") => Some(of_rust),
        _ if path.starts_with("packaging/") && ending != Some("json") => Some(of_remarks),
        _ => None,
    }
}

fn of_markdown(text: &str) -> Vec<(usize, String)> {
    let is_shell =
        |block: &markdown::Block<'_>| matches!(block.language, "sh" | "console" | "bash" | "shell");
    markdown::blocks(text).iter().filter(|block| is_shell(block)).flat_map(of_block).collect()
}

/// Commands in the doc comments of a Rust file, which are read as Markdown.
fn of_rust(text: &str) -> Vec<(usize, String)> {
    let document = text.lines().map(|line| {
        let line = line.trim_start();
        let said = line.strip_prefix("//!").or_else(|| line.strip_prefix("///")).unwrap_or_default();
        said.strip_prefix(' ').unwrap_or(said)
    });
    of_markdown(&document.collect::<Vec<_>>().join("\n"))
}

/// Commands in comments: the lines that are indented further than the others.
fn of_remarks(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| Some((index + 1, line.strip_prefix("#   ")?.trim().to_owned())))
        .collect()
}

fn of_block(block: &markdown::Block<'_>) -> Vec<(usize, String)> {
    let mut commands: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in block.lines.iter().enumerate() {
        let line = line.split(" # ").next().unwrap_or_default().trim();
        let typed = line.strip_suffix('\\').unwrap_or(line).trim_end();
        match commands.last_mut() {
            Some((_, command)) if goes_on => *command = format!("{command} {typed}"),
            _ if typed.is_empty() || typed.starts_with('#') => {}
            _ => commands.push((block.line + index, typed.strip_prefix("$ ").unwrap_or(typed).to_owned())),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(commands: &[(usize, String)]) -> Vec<String> {
        commands.iter().map(|(line, command)| format!("{line}: {command}")).collect()
    }

    #[test]
    fn commands_stand_in_blocks_for_a_shell() {
        let page = "`not this`\n```sh\nnpm test    # no server\n\none 'a#b' \\\n  two\n```\n```text\nnor this\n```\n";
        assert_eq!(lines(&of_markdown(page)), ["3: npm test", "5: one 'a#b' two"]);
    }

    #[test]
    fn a_prompt_is_not_typed() {
        assert_eq!(lines(&of_markdown("```console\n$ one\n```")), ["2: one"]);
    }

    #[test]
    fn documents_of_rust_files_are_pages_too() {
        let file = "//! An example.\n//!\n//! ```sh\n//! cargo run\n//! ```\nfn main() {}\n";
        assert_eq!(lines(&of_rust(file)), ["4: cargo run"]);
    }

    #[test]
    fn remarks_further_in_are_commands() {
        assert_eq!(
            lines(&of_remarks("# A server.\n#\n#   podman build .\n\nFROM scratch\n")),
            ["3: podman build ."]
        );
    }
}
