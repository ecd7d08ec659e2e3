//! Calls that are forbidden in some places: no clock, thread, file or environment in the pure crates, no unbounded
//! queue anywhere, no printing except by programs.

use super::finding::Finding;
use super::paths_in_code::{self, Named};
use super::repository::Repository;
use super::test_code::TestFiles;

/// No file names an item that is banned there.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let test_files = TestFiles::of(repository);
    let mut findings = Vec::new();
    for (file, syntax) in repository.rust_files() {
        let is_test_file =
            test_files.contains(&file.path) || EXAMPLES.iter().any(|part| file.path.contains(part));
        let bans: Vec<&Ban> = BANS.iter().filter(|ban| ban.holds_in(&file.path)).collect();
        for named in paths_in_code::of(syntax) {
            let in_tests = is_test_file || named.in_tests;
            let broken = bans.iter().find(|ban| (ban.in_tests || !in_tests) && ban.bans(&named));
            if let Some(ban) = broken {
                let what = format!("`{}` is forbidden here", named.parts.join("::"));
                findings.push(Finding::new(&file.path, named.line, what, ban.instead));
            }
        }
    }
    findings
}

/// Something that must not be named in some folders.
struct Ban {
    /// The folders; empty for all.
    folders: &'static [&'static str],
    /// Exceptions: files and folders where it is allowed.
    except: &'static [&'static str],
    /// Whether the ban includes tests, examples and benches.
    in_tests: bool,
    /// The banned names: paths with all that is below them, `…::name` for a name at the end of any path, `name!` for
    /// a macro.
    names: &'static [&'static str],
    /// The alternative to use.
    instead: &'static str,
}

const PURE: &[&str] = &[
    "crates/wire/",
    "crates/session/",
    "crates/settings/",
    "crates/e2ee/src/sframe",
    "crates/audio/",
    "crates/dsp/",
    "crates/recording/",
];

const EXAMPLES: &[&str] = &["/examples/", "/benches/"];

const BANS: &[Ban] = &[
    Ban {
        folders: PURE,
        except: &[],
        in_tests: false,
        names: &["std::time::Instant::now", "std::time::SystemTime"],
        instead: "take the time as an argument: it belongs to the caller",
    },
    Ban {
        folders: PURE,
        except: &[
            "crates/audio/src/recording.rs",
            "crates/audio/src/recording/",
            "crates/audio/src/wav.rs",
            "crates/audio/src/wav/",
            "crates/recording/src/repair.rs",
        ],
        in_tests: false,
        names: &["std::fs"],
        instead: "take the bytes as an argument; in crates/audio, only `wav` and `recording` touch files, in crates/recording only `repair`",
    },
    Ban {
        folders: PURE,
        // It reads addresses, and connects to none.
        except: &["crates/settings/src/secrets/"],
        in_tests: false,
        names: &["std::thread", "std::env", "std::net", "std::process"],
        instead: "leave it to the crate that drives this one: the pure crates compute and nothing else",
    },
    Ban {
        folders: &["crates/session/"],
        except: &[],
        in_tests: false,
        names: &["…::HashMap", "…::HashSet", "…::RandomState"],
        instead: "use a BTreeMap or BTreeSet, so that the order of packets and events is never accidental",
    },
    Ban {
        folders: &[],
        except: &[],
        in_tests: true,
        names: &[
            "std::sync::mpsc::channel",
            "…::unbounded",
            "…::unbounded_channel",
            "…::UnboundedSender",
            "…::UnboundedReceiver",
        ],
        instead: "use a bounded channel, such as sync_channel, and say what happens when it is full",
    },
    Ban {
        folders: &[],
        except: &["crates/bench/", "crates/cli/", "crates/e2e/", "xtask/"],
        in_tests: false,
        names: &["print!", "println!", "eprint!", "eprintln!"],
        instead: "return it, or log it with tracing: only the programs print",
    },
    Ban {
        folders: &[],
        except: &[],
        in_tests: true,
        names: &["dbg!"],
        instead: "remove it, or say it with tracing",
    },
];

impl Ban {
    fn holds_in(&self, path: &str) -> bool {
        let is_in = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        (self.folders.is_empty() || is_in(self.folders)) && !is_in(self.except)
    }

    fn bans(&self, named: &Named) -> bool {
        self.names.iter().any(|name| match name.strip_prefix("…::") {
            Some(last) => named.parts.len() > 1 && named.parts.iter().any(|part| part == last),
            None => covers(name, &named.parts),
        })
    }
}

/// Whether `path` is the banned one, is below it, or is an import of everything around it.
fn covers(banned: &str, path: &[String]) -> bool {
    let banned: Vec<&str> = banned.split("::").collect();
    if let Some((star, around)) = path.split_last()
        && star == "*"
        && around.len() > 1
        && around.len() < banned.len()
    {
        return around.iter().zip(&banned).all(|(part, banned)| part == banned);
    }
    path.len() >= banned.len() && banned.iter().zip(path).all(|(banned, part)| part == banned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(path: &str, text: &str) -> Vec<String> {
        lines(&check(&repository(&[(path, text)])))
    }

    #[test]
    fn the_pure_crates_have_no_clock() {
        let expected = "crates/audio/src/jitter.rs:2: `std::time::Instant::now` is forbidden here — \
                        take the time as an argument: it belongs to the caller";
        let text = "use std::time::{Duration, Instant};\nfn a() { Instant::now(); }\n";
        assert_eq!(found("crates/audio/src/jitter.rs", text), [expected]);
        assert_eq!(found("crates/networks/quic/src/client.rs", text), [""; 0]);
        assert_eq!(found("crates/audio/src/a.rs", "use std::time::*;\n").len(), 1);
        assert_eq!(found("crates/audio/src/a.rs", "use crate::block::*;\n"), [""; 0]);
    }

    #[test]
    fn a_type_of_ours_may_be_called_like_theirs() {
        let text = "use crate::time::Instant;\nfn a() { Instant::now(); }\n";
        assert_eq!(found("crates/session/src/client.rs", text), [""; 0]);
    }

    #[test]
    fn the_pure_crates_have_no_thread_environment_network_or_file() {
        for call in ["std::thread::sleep(t)", "std::env::var(n)", "std::net::lookup()", "std::fs::read(p)"] {
            let text = format!("fn a() {{ {call}; }}\n");
            for path in ["crates/wire/src/a.rs", "crates/session/src/a.rs", "crates/audio/src/a.rs"] {
                assert_eq!(found(path, &text).len(), 1, "{call} in {path}");
            }
            assert_eq!(found("crates/server/src/a.rs", &text), [""; 0]);
        }
        for path in
            ["crates/audio/src/wav.rs", "crates/audio/src/wav/input.rs", "crates/recording/src/repair.rs"]
        {
            assert_eq!(found(path, "use std::fs::File;\n"), [""; 0]);
        }
    }

    #[test]
    fn tests_may_read_files_and_print() {
        let text = "fn a() { std::fs::read(p); println!(\"x\"); }\n";
        assert_eq!(found("crates/wire/tests/golden.rs", text), [""; 0]);
        let inline = format!("#[cfg(test)]\nmod tests {{ {text} }}\n");
        assert_eq!(found("crates/wire/src/header.rs", &inline), [""; 0]);
        assert_eq!(found("crates/wire/src/header.rs", text).len(), 2);
    }

    #[test]
    fn the_session_has_no_randomly_seeded_map() {
        let expected = "crates/session/src/roster.rs:1: `std::collections::HashMap` is forbidden here — use a \
                        BTreeMap or BTreeSet, so that the order of packets and events is never accidental";
        assert_eq!(found("crates/session/src/roster.rs", "use std::collections::HashMap;\n"), [expected]);
        assert_eq!(found("crates/server/src/sessions.rs", "use std::collections::HashMap;\n"), [""; 0]);
    }

    #[test]
    fn nothing_is_unbounded_not_even_in_tests() {
        for text in [
            "use tokio::sync::mpsc;\nfn a() { mpsc::unbounded_channel(); }\n",
            "use std::sync::mpsc::channel;\n",
            "fn a() { flume::unbounded(); }\n",
            "#[cfg(test)]\nmod tests { fn a() { std::sync::mpsc::channel(); } }\n",
        ] {
            assert_eq!(found("crates/server/src/a.rs", text).len(), 1, "{text}");
        }
        assert_eq!(found("crates/server/src/a.rs", "use std::sync::mpsc::sync_channel;\n"), [""; 0]);
        assert_eq!(found("crates/server/src/a.rs", "fn a(unbounded: bool) { f(unbounded); }\n"), [""; 0]);
    }

    #[test]
    fn only_programs_print_and_none_debugs() {
        let text = "fn a() { if b { eprintln!(\"x\"); } }\n";
        assert_eq!(
            found("crates/server/src/a.rs", text),
            ["crates/server/src/a.rs:1: `eprintln!` is forbidden here — \
             return it, or log it with tracing: only the programs print"]
        );
        assert_eq!(found("crates/cli/src/a.rs", text), [""; 0]);
        assert_eq!(found("crates/cli/src/a.rs", "fn a() { dbg!(b); }\n").len(), 1);
        assert_eq!(
            found("crates/server/src/a.rs", "/// `println!(\"x\")`\nfn a() { \"println!()\"; }\n"),
            [""; 0]
        );
    }
}
