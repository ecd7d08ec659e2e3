//! The commands that pages mention exist, with the options that are shown there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use consonance_testing::command::Program;

#[test]
fn every_command_that_a_page_mentions_exists_with_its_options() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut helps = Helps::default();
    let (mut mentioned, mut wrong) = (0, Vec::new());
    for page in pages(&root) {
        let text = fs::read_to_string(&page).unwrap();
        for Mention { line, program, words } in
            mentions(&text).into_iter().filter(|it| is_current(&text, it.line))
        {
            if OTHERS.contains(&words.join(" ").as_str()) {
                continue;
            }
            mentioned += 1;
            if let Err(why) = helps.has(program, &words) {
                wrong.push(format!("{}:{line}: `{program:?} {}`: {why}", page.display(), words.join(" ")));
            }
        }
    }
    assert!(mentioned > 100, "{mentioned} are mentioned");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a line describes the current version: older ones had other commands, which appear in the changelog of 0.1.0
/// and in the table of renamed commands.
fn is_current(text: &str, line: usize) -> bool {
    let headings = || text.lines().take(line).filter(|line| line.starts_with("##"));
    headings().last() != Some("### Renamed") && !headings().any(|heading| heading == "## 0.1.0")
}

/// Text that looks like a command but is not in this build: the first two need the features `libopus` and
/// `plain-cipher`, the others are strings in a sidecar's proof.
const OTHERS: [&str; 4] = ["quality --deep", "load --udp-plain", "sidecar adapter", "sidecar server"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Command {
    Consonance,
    Bench,
}

/// The help texts of the commands and their subcommands, each requested once.
#[derive(Default)]
struct Helps(BTreeMap<(Command, Vec<String>), String>);

impl Helps {
    /// Checks that the command has these nested subcommands, and the last of them these options.
    fn has(&mut self, program: Command, words: &[&str]) -> Result<(), String> {
        let mut part = Vec::new();
        let mut rest = words.iter().peekable();
        while let Some(word) = rest.next_if(|word| is_name(word)) {
            let parts = parts(self.of(program, &part));
            if parts.contains(*word) {
                part.push((*word).to_owned());
            } else if parts.is_empty() || !part.is_empty() {
                // An argument of the command, not a subcommand.
                break;
            } else {
                return Err(format!("there is no `{word}`"));
            }
        }
        let help = self.of(program, &part);
        let options = rest.filter_map(|word| word.strip_prefix("--")).map(|option| option.split('=').next());
        for option in options.flatten().filter(|option| !option.is_empty()) {
            let is_it = |word: &str| {
                word.strip_prefix("--").is_some_and(|word| word.split(['=', '[']).next() == Some(option))
            };
            if !help.split([' ', '\n', ',']).any(is_it) {
                return Err(format!("there is no `--{option}`"));
            }
        }
        Ok(())
    }

    fn of(&mut self, program: Command, part: &[String]) -> &str {
        let ask = || {
            let words: Vec<&str> = part.iter().map(String::as_str).chain(["--help"]).collect();
            let started = match program {
                Command::Consonance => Program::start(&words),
                Command::Bench => Program::bench(&words),
            };
            let ended = started.end();
            ended.assert_well();
            ended.out.join("\n")
        };
        self.0.entry((program, part.to_owned())).or_insert_with(ask)
    }
}

/// The subcommands that a help text lists.
fn parts(help: &str) -> BTreeSet<&str> {
    let list = help.split_once("Commands:\n").map_or("", |(_, list)| list);
    list.lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

fn is_name(word: &str) -> bool {
    word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-') && !word.starts_with('-')
}

struct Mention<'a> {
    line: usize,
    program: Command,
    words: Vec<&'a str>,
}

/// The forms in which pages call the commands, between backticks or at the beginning of a line of code.
const CALLS: [(&str, Command); 6] = [
    ("consonance ", Command::Consonance),
    ("target/release/consonance ", Command::Consonance),
    ("cargo run --release -- ", Command::Consonance),
    ("consonance-bench ", Command::Bench),
    ("target/release/consonance-bench ", Command::Bench),
    ("cargo run --release -p consonance-bench -- ", Command::Bench),
];

fn mentions(text: &str) -> Vec<Mention<'_>> {
    let mut mentions = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let spans = line.split('`').skip(1).step_by(2);
        for span in spans.chain([line.trim_start()]) {
            let call = CALLS.iter().find_map(|(call, program)| Some((span.strip_prefix(call)?, *program)));
            if let Some((rest, program)) = call {
                mentions.push(Mention { line: index + 1, program, words: rest.split_whitespace().collect() });
            }
        }
    }
    mentions
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let names = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "web/README.md"];
    let mut pages: Vec<PathBuf> = names.iter().map(|name| root.join(name)).collect();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages
}
