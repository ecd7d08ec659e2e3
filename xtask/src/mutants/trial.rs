//! A run from the sample to the report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::baseline::{self, Test};
use super::candidates::Candidates;
use super::compiling::{self, Binary};
use super::copy::Copy;
use super::crew;
use super::judging::{Judge, Verdict};
use super::package::Package;
use super::report::{Report, Row};
use super::schema::{self, Schema};
use super::site::Site;
use crate::failure::Failure;
use crate::interrupt;

/// The environment of a run.
pub(super) struct Trial<'a> {
    packages: &'a [Package],
    /// Packages that are not changed, and whose tests also run.
    testers: &'a [Package],
    candidates: &'a Candidates,
    copy: Copy,
    target: PathBuf,
    scratch: PathBuf,
    jobs: usize,
}

impl<'a> Trial<'a> {
    /// Copies the workspace in `root` to a folder below `folder`, where everything else is done, too. `packages` are
    /// changed; the tests of both run.
    ///
    /// # Errors
    /// [`Failure::File`].
    pub(super) fn prepare(
        root: &Path,
        folder: &Path,
        (packages, testers): (&'a [Package], &'a [Package]),
        candidates: &'a Candidates,
        jobs: usize,
    ) -> Result<Self, Failure> {
        let scratch = folder.join("scratch");
        fs::create_dir_all(&scratch).map_err(|cause| Failure::File { path: scratch.clone(), cause })?;
        let folders: Vec<_> = packages.iter().map(|package| package.folder.clone()).collect();
        let copy = Copy::update(root, &folder.join("workspace"), &folders)?;
        Ok(Self { packages, testers, candidates, copy, target: folder.join("target"), scratch, jobs })
    }

    /// Builds the mutants and judges each.
    ///
    /// # Errors
    /// [`Failure`] if something cannot be built or run, or Ctrl-C was pressed; then no child is left.
    pub(super) fn run(&self, seed: u64) -> Result<Report, Failure> {
        let (sites, not_compiled) = self.compile()?;
        let binaries = self.build(&sites)?;
        eprintln!("running the tests of {} programs without a mutant", binaries.len());
        let tests = baseline::measure(&binaries, self.jobs, &self.scratch)?;
        let verdicts = self.judge(&sites, &binaries, &tests)?;
        let failing = tests.iter().filter(|test| !test.passes);
        let failing_tests =
            failing.map(|test| format!("{}: {}", binaries[test.binary].target, test.name)).collect();
        let rows = sites.into_iter().zip(verdicts).map(|(site, verdict)| {
            let source = self.candidates.sources().get(&site.file).map(String::as_str).unwrap_or_default();
            Row { diff: site.diff(source), site, verdict }
        });
        Ok(Report { seed, rows: rows.collect(), not_compiled, failing_tests })
    }

    /// The sites of the sample that compile, and how many do not.
    fn compile(&self) -> Result<(Vec<Site>, usize), Failure> {
        let candidates = self.candidates.first(true);
        let mut dropped = BTreeSet::new();
        loop {
            let files =
                self.write(candidates.iter().enumerate().filter(|(number, _)| !dropped.contains(number)))?;
            let compiled = self.cargo(&["check", "--lib", "--keep-going"], self.packages.iter())?;
            let blamed = compiled.to_blame(&files)?;
            if blamed.is_empty() {
                break;
            }
            dropped.extend(blamed);
        }
        let numbered = candidates.into_iter().enumerate();
        let compiled = numbered.filter(|(number, _)| !dropped.contains(number)).map(|(_, site)| site);
        Ok((self.candidates.chosen(compiled.collect()), dropped.len()))
    }

    fn build(&self, sites: &[Site]) -> Result<Vec<Binary>, Failure> {
        let files = self.write(sites.iter().enumerate())?;
        let built = self.cargo(&["test", "--no-run"], self.packages.iter().chain(self.testers))?;
        if let Some(number) = built.to_blame(&files)?.first() {
            return Err(Failure::Answer {
                command: "cargo test --no-run".to_owned(),
                why: format!("{} compiles without tests only", sites[*number]),
            });
        }
        Ok(built.binaries)
    }

    /// Writes these mutants into the copy, and takes all others out of it.
    fn write<'s>(
        &self,
        sites: impl Iterator<Item = (usize, &'s Site)>,
    ) -> Result<BTreeMap<String, Schema>, Failure> {
        let mut by_file: BTreeMap<&str, Vec<(usize, &Site)>> = BTreeMap::new();
        for (number, site) in sites {
            by_file.entry(&site.file).or_default().push((number, site));
        }
        let mut files = BTreeMap::new();
        for (file, source) in self.candidates.sources() {
            let schema = schema::write(source, by_file.get(file.as_str()).map_or(&[], Vec::as_slice));
            self.copy.write(file, &schema.text)?;
            files.insert(file.clone(), schema);
        }
        Ok(files)
    }

    fn cargo<'p>(
        &self,
        arguments: &[&str],
        packages: impl Iterator<Item = &'p Package>,
    ) -> Result<compiling::Compiled, Failure> {
        let packages = packages.map(|package| format!("--package={}", package.name));
        let fixed = arguments.iter().map(|argument| (*argument).to_owned());
        let arguments: Vec<_> = fixed.chain(["--offline".to_owned()]).chain(packages).collect();
        let compiled = compiling::cargo(self.copy.folder(), &self.target, &arguments);
        if interrupt::is_interrupted() { Err(Failure::Interrupted) } else { compiled }
    }

    fn judge(&self, sites: &[Site], binaries: &[Binary], tests: &[Test]) -> Result<Vec<Verdict>, Failure> {
        let judge = Judge { binaries, tests, workspace: self.copy.folder(), scratch: &self.scratch };
        let done = AtomicUsize::new(0);
        crew::work(sites.len(), self.jobs, |number, worker| {
            let site = &sites[number];
            let verdict = judge.judge(number, site, worker)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            eprintln!("[{done}/{}] {}: {site}", sites.len(), verdict.in_short());
            Ok(verdict)
        })
    }
}
