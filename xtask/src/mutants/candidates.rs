//! All places where the packages can be changed, and the order in which the seed picks them.

use std::collections::BTreeMap;
use std::path::Path;

use super::package::Package;
use super::site::Site;
use super::{finding, modules, sample};
use crate::failure::Failure;

/// The mutants to choose from.
#[derive(Debug)]
pub(super) struct Candidates {
    /// The sites of each package, in the order in which they are picked.
    groups: Vec<Vec<Site>>,
    /// How many of each group are wanted.
    shares: Vec<usize>,
    /// The texts of the files, by path from the root of the workspace.
    sources: BTreeMap<String, String>,
}

impl Candidates {
    /// Reads the packages; `count` mutants are wanted, shared among the packages in proportion to their sites.
    ///
    /// # Errors
    /// [`Failure`] if a file cannot be read, or is not Rust.
    pub(super) fn find(root: &Path, packages: &[Package], count: usize, seed: u64) -> Result<Self, Failure> {
        let mut sources = BTreeMap::new();
        let mut groups = Vec::new();
        for package in packages {
            let mut sites = Vec::new();
            for module in modules::of_library(&root.join(&package.folder))? {
                let path = module.path.strip_prefix(root).unwrap_or(&module.path);
                let file = path.to_string_lossy().replace('\\', "/");
                sites.extend(finding::sites(package, &file, &module.text, &module.syntax));
                sources.insert(file, module.text);
            }
            let order = sample::order(sites.len(), seed);
            groups.push(order.into_iter().map(|at| sites[at].clone()).collect::<Vec<_>>());
        }
        let sizes: Vec<_> = groups.iter().map(Vec::len).collect();
        Ok(Self { groups, shares: sample::shares(count, &sizes), sources })
    }

    /// The total number of sites.
    pub(super) fn total(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }

    /// The sites to try first: the wanted number, and with `spare` some more to replace those that will not compile.
    pub(super) fn first(&self, spare: bool) -> Vec<Site> {
        let groups = self.groups.iter().zip(&self.shares);
        let wanted = |share: usize| if spare { share + share / 3 + SPARE_MIN } else { share };
        groups.flat_map(|(group, share)| group.iter().take(wanted(*share)).cloned()).collect()
    }

    /// The wanted number of sites among those that compile, sorted by file and line.
    pub(super) fn chosen(&self, compiled: Vec<Site>) -> Vec<Site> {
        let mut left: BTreeMap<String, usize> = BTreeMap::new();
        for (group, share) in self.groups.iter().zip(&self.shares) {
            left.extend(group.first().map(|site| (site.package.name.clone(), *share)));
        }
        let mut chosen = Vec::new();
        for site in compiled {
            if let Some(left) = left.get_mut(&site.package.name).filter(|left| **left > 0) {
                *left -= 1;
                chosen.push(site);
            }
        }
        chosen.sort_by(|a, b| (&a.file, a.range.start).cmp(&(&b.file, b.range.start)));
        chosen
    }

    /// The texts of the files, by path from the root of the workspace.
    pub(super) fn sources(&self) -> &BTreeMap<String, String> {
        &self.sources
    }
}

const SPARE_MIN: usize = 4;
