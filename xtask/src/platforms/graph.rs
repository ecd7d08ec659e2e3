//! A graph of dependencies, parsed from `cargo tree`, and the crates that must not be in it.

use std::collections::{BTreeMap, BTreeSet};

/// Every crate that a build needs, each with one path of dependencies to it.
pub(crate) struct Graph {
    /// The names on the path to a crate, its own last, by its name.
    ways: BTreeMap<String, Vec<String>>,
    /// The crates that compile C, with every root that needs them.
    from_c: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Reads the output of `cargo tree --prefix depth --format ' {p}'`, which has the dependencies of a crate where it
    /// comes first.
    pub(crate) fn parse(tree: &str) -> Self {
        let mut needs = Needs::default();
        let mut way: Vec<Package<'_>> = Vec::new();
        for line in tree.lines() {
            let mut words = line.split_whitespace();
            let depth = words.next().and_then(|word| word.parse::<usize>().ok());
            let (Some(depth), Some(name)) = (depth, words.next()) else { continue };
            let package = (name, words.next().unwrap_or_default());
            way.truncate(depth);
            match way.last() {
                Some(parent) => needs.of.entry(*parent).or_default().push(package),
                None => needs.roots.push(package),
            }
            way.push(package);
        }
        let (mut ways, mut from_c) = (BTreeMap::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for root in &needs.roots {
            for way in needs.ways_from(*root) {
                let names = || way.iter().map(|(name, _)| (*name).to_owned());
                if let [.., (parent, _), (C_COMPILER, _)] = way[..] {
                    from_c.entry(parent.to_owned()).or_default().insert(root.0.to_owned());
                }
                ways.entry(names().next_back().unwrap_or_default()).or_insert_with(|| names().collect());
            }
        }
        Self { ways, from_c }
    }

    /// The number of different crates.
    pub(crate) fn len(&self) -> usize {
        self.ways.len()
    }

    /// The crates that compile C when they are built.
    pub(crate) fn compiled_from_c(&self) -> Vec<&str> {
        self.from_c.keys().map(String::as_str).collect()
    }

    /// The packages asked for that cannot be built without a C compiler.
    pub(crate) fn roots_with_c(&self) -> BTreeSet<&str> {
        self.from_c.values().flatten().map(String::as_str).collect()
    }

    /// Crates that need more than cargo and a C compiler, and, where `only` is not empty, crates that are not in it;
    /// each with one path of dependencies to it.
    pub(crate) fn problems(&self, only: &[&str]) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, way) in &self.ways {
            let way = way.join(" > ");
            if !only.is_empty() && !only.contains(&name.as_str()) {
                problems.push(format!("{name} is not expected here ({way})"));
            } else if let Some((_, needs)) = FORBIDDEN.iter().find(|(forbidden, _)| forbidden == name) {
                problems.push(format!("{name} needs {needs} ({way})"));
            } else if name.ends_with("-sys") && !SYS_ALLOWED.contains(&name.as_str()) {
                problems.push(format!(
                    "{name} binds a system library ({way}); if it brings all it needs, \
                     say so in xtask/src/platforms/graph.rs"
                ));
            }
        }
        for name in self.from_c.keys().filter(|name| !C_ALLOWED.contains(&name.as_str())) {
            problems.push(format!(
                "{name} compiles C ({}); if that is worth it, say so in xtask/src/platforms/graph.rs",
                self.ways[name].join(" > ")
            ));
        }
        problems
    }
}

/// Name and version.
type Package<'t> = (&'t str, &'t str);

/// The direct dependencies of each package.
#[derive(Default)]
struct Needs<'t> {
    roots: Vec<Package<'t>>,
    of: BTreeMap<Package<'t>, Vec<Package<'t>>>,
}

impl<'t> Needs<'t> {
    /// A shortest path from a root to each package that it needs, and one through each package that needs the C
    /// compiler.
    fn ways_from(&self, root: Package<'t>) -> Vec<Vec<Package<'t>>> {
        let (mut ways, mut seen, mut next) = (vec![vec![root]], BTreeSet::from([root]), 0);
        while let Some(way) = ways.get(next).cloned() {
            next += 1;
            for package in way.last().and_then(|last| self.of.get(last)).into_iter().flatten() {
                if seen.insert(*package) || package.0 == C_COMPILER {
                    ways.push([&way[..], &[*package]].concat());
                }
            }
        }
        ways
    }
}

/// The crate through which build scripts run the C compiler.
const C_COMPILER: &str = "cc";

/// Crates whose C is worth its compiler: `ring` is the cryptography of TLS, in C and assembly that ships with it,
/// `maudio-sys` is miniaudio, which knows every platform's sound system.
const C_ALLOWED: &[&str] = &["ring", "maudio-sys"];

/// Bindings that need nothing installed: `windows-sys` is declarations, and what it links is part of Windows;
/// `maudio-sys` has its C with it, and loads the system's libraries at run time; `linux-raw-sys` is declarations of the
/// kernel's own calls.
const SYS_ALLOWED: &[&str] = &["windows-sys", "maudio-sys", "linux-raw-sys"];

/// Crates that need another tool or library, and its name.
const FORBIDDEN: &[(&str, &str)] = &[
    ("alsa-sys", "the headers of ALSA"),
    ("autotools", "autoconf and automake"),
    ("aws-lc-sys", "cmake on some systems"),
    ("bindgen", "libclang"),
    ("cmake", "cmake"),
    ("openssl-sys", "OpenSSL"),
    ("pkg-config", "pkg-config and a system library"),
    ("system-deps", "pkg-config and a system library"),
    ("vcpkg", "vcpkg"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_counted_once() {
        let graph = Graph::parse("0 a v1 (/a)\n1 b v1\n1 c v1\n2 b v1\n\n0 b v1\n");
        assert_eq!(graph.len(), 3);
        assert_eq!(graph.problems(&[]), [""; 0]);
    }

    #[test]
    fn what_needs_a_tool_is_found_with_its_way_in() {
        let graph = Graph::parse("0 a v1\n1 sound v1\n2 alsa-sys v0.3\n3 pkg-config v0.3\n1 z v1\n");
        assert_eq!(
            graph.problems(&[]),
            [
                "alsa-sys needs the headers of ALSA (a > sound > alsa-sys)",
                "pkg-config needs pkg-config and a system library (a > sound > alsa-sys > pkg-config)",
            ]
        );
    }

    #[test]
    fn bindings_are_refused_until_they_are_vouched_for() {
        assert_eq!(Graph::parse("0 a v1\n1 windows-sys v0.61\n").problems(&[]), [""; 0]);
        assert_eq!(
            Graph::parse("0 a v1\n1 jack-sys v0.5\n").problems(&[]),
            ["jack-sys binds a system library (a > jack-sys); if it brings all it needs, \
             say so in xtask/src/platforms/graph.rs"]
        );
    }

    #[test]
    fn compiling_c_is_refused_but_for_what_is_worth_it() {
        let graph =
            Graph::parse("0 a v1\n1 ring v0.17\n2 cc v1\n0 b v1\n1 a v1\n2 ring v0.17\n3 cc v1\n0 c v1\n");
        assert_eq!(graph.problems(&[]), [""; 0]);
        assert_eq!(graph.compiled_from_c(), ["ring"]);
        assert_eq!(graph.roots_with_c().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(
            Graph::parse("0 a v1\n1 zstd v1\n2 cc v1\n").problems(&[]),
            ["zstd compiles C (a > zstd); if that is worth it, say so in xtask/src/platforms/graph.rs"]
        );
    }

    #[test]
    fn what_a_repeated_crate_needs_is_known_from_where_it_comes_first() {
        let graph = Graph::parse(
            "0 a v1\n1 ring v0.17\n2 cc v1\n1 ring v0.16\n\n0 b v1\n1 a v1 (*)\n1 sound v1\n2 cc v1 (*)\n\n\
             0 c v1\n1 ring v0.16\n",
        );
        assert_eq!(graph.len(), 6);
        assert_eq!(graph.compiled_from_c(), ["ring", "sound"]);
        assert_eq!(graph.roots_with_c().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn pure_crates_bring_no_bindings() {
        let graph = Graph::parse("0 session v1\n1 wire v1\n2 bytes v1\n");
        assert_eq!(
            graph.problems(&["session", "wire"]),
            ["bytes is not expected here (session > wire > bytes)"]
        );
    }
}
