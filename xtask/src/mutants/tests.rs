//! Whole runs, in a small workspace that is built and tested with the real Cargo.

use std::fs;
use std::path::{Path, PathBuf};

use super::candidates::Candidates;
use super::judging::Verdict;
use super::package;
use super::report::Report;
use super::trial::Trial;

/// A workspace in a temporary folder, which is removed at the end: `adult`, and `door`, whose test uses it.
struct Fixture(PathBuf);

impl Fixture {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("mutants-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let fixture = Self(folder);
        fixture.write("Cargo.toml", "[workspace]\nmembers = [\"adult\", \"door\"]\nresolver = \"3\"\n");
        fixture.write(
            "adult/Cargo.toml",
            "[package]\nname = \"adult\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
        );
        fixture.write("adult/src/lib.rs", LIBRARY);
        fixture.write("adult/tests/rules.rs", TESTS);
        let door = "[package]\nname = \"door\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\nadult.path = \"../adult\"\n";
        fixture.write("door/Cargo.toml", door);
        fixture.write(
            "door/src/lib.rs",
            "#[test]\nfn divides() {\n    assert_eq!(adult::unused(6, 2), 3);\n}\n",
        );
        fixture
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn root(&self) -> PathBuf {
        self.0.join("workspace")
    }

    fn run(&self, count: usize, seed: u64, testers: &[&str]) -> Report {
        let named = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            package::named(&self.root(), &names).unwrap()
        };
        let (packages, testers) = (named(&["adult"]), named(testers));
        let candidates = Candidates::find(&self.root(), &packages, count, seed).unwrap();
        let run = self.0.join("run");
        let trial = Trial::prepare(&self.root(), &run, (&packages, &testers), &candidates, 2).unwrap();
        trial.run(seed).unwrap()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `is_adult` is tested at its limit, `is_senior` is not, no test of its package calls `unused`, and `repeat` can
/// become endless. Two functions have changes that do not compile.
const LIBRARY: &str = r"
pub fn is_adult(age: u8) -> bool {
    age >= 18
}

pub fn is_senior(age: u8) -> bool {
    age >= 65
}

pub fn unused(a: u8, b: u8) -> u8 {
    a / b
}

pub fn repeat(times: u32) -> u32 {
    let mut done = 0;
    while done != times {
        done += step();
    }
    done
}

fn step() -> u32 {
    1
}

pub fn join(a: String, b: &str) -> String {
    a + b
}
";

const TESTS: &str = r#"
#[test]
fn adults_are_eighteen() {
    assert!(adult::is_adult(18));
    assert!(!adult::is_adult(17));
}

#[test]
fn seniors_are_old() {
    assert!(adult::is_senior(80));
    assert!(!adult::is_senior(20));
}

#[test]
fn repeats() {
    assert_eq!(adult::repeat(2), 2);
}

#[test]
fn joins() {
    assert_eq!(adult::join("a".to_owned(), "b"), "ab");
}

#[test]
fn fails_always() {
    assert!(adult::is_senior(64));
}

#[test]
#[ignore = "not ready"]
fn is_ignored() {
    panic!();
}
"#;

fn verdict<'a>(report: &'a Report, function: &str, what: &str) -> &'a Verdict {
    let mut rows = report.rows.iter();
    let row = rows.find(|row| row.site.function == function && row.site.what.starts_with(what));
    &row.unwrap_or_else(|| panic!("{what} in {function}: {report}")).verdict
}

#[test]
fn tested_code_kills_its_mutants_and_untested_code_lets_them_live() {
    let fixture = Fixture::new("verdicts");
    let report = fixture.run(1000, 1, &[]);
    let limit = "replace `>=` with `>`";
    assert_eq!(
        verdict(&report, "is_adult", limit),
        &Verdict::Killed { by: "rules: adults_are_eighteen".to_owned() }
    );
    assert_eq!(verdict(&report, "is_senior", limit), &Verdict::Survived { tests: 1 });
    assert!(matches!(verdict(&report, "is_senior", "insert `return true;`"), Verdict::Killed { .. }));
    assert_eq!(verdict(&report, "unused", "replace `/` with `*`"), &Verdict::NotReached);
    assert_eq!(verdict(&report, "step", "insert `return 0;`"), &Verdict::TimedOut { by: "rules".to_owned() });
    assert!(report.not_compiled >= 1, "a text cannot be subtracted");
    assert_eq!(report.failing_tests, ["rules: fails_always"]);

    let text = report.to_string();
    assert!(text.contains("-    age >= 65\n    +    (age) > (65)"), "{text}");
    assert!(text.contains("adult/src/lib.rs:7:5 in `is_senior`"), "{text}");
    assert_eq!(report.json()["mutants"].as_array().unwrap().len(), report.rows.len());
    assert_original(&fixture.root());
}

#[test]
fn tests_of_another_package_kill_mutants_where_it_is_named() {
    let report = Fixture::new("testers").run(1000, 1, &["door"]);
    let by = "door: divides".to_owned();
    assert_eq!(verdict(&report, "unused", "replace `/` with `*`"), &Verdict::Killed { by });
}

#[test]
fn the_same_seed_tries_the_same_mutants() {
    let fixture = Fixture::new("sampling");
    let packages = package::named(&fixture.root(), &["adult".to_owned()]).unwrap();
    let sample = |seed| {
        let candidates = Candidates::find(&fixture.root(), &packages, 5, seed).unwrap();
        let sites = candidates.chosen(candidates.first(false));
        sites.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(sample(1), sample(1));
    assert_ne!(sample(1), sample(2));
    assert_eq!(sample(1).len(), 5);
}

/// The workspace itself stays as it is.
fn assert_original(root: &Path) {
    assert_eq!(fs::read_to_string(root.join("adult/src/lib.rs")).unwrap(), LIBRARY);
    assert!(!root.join("target").exists());
}
