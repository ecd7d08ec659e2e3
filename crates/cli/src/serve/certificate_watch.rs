//! Whether the certificate's files have changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use consonance_server_config::Config;

/// What files looked like when they were last looked at.
pub(super) struct CertificateWatch {
    stamps: Vec<Option<Stamp>>,
    looked_at: Instant,
}

/// Modification time and length; a renewed link has those of the file that it leads to.
type Stamp = (SystemTime, u64);

impl CertificateWatch {
    pub(super) fn new(config: &Config, now: Instant) -> Self {
        Self { stamps: stamps(config), looked_at: now }
    }

    /// Whether the files have changed since this said so last; looks as often as the configuration says.
    pub(super) fn has_changed(&mut self, config: &Config, now: Instant) -> bool {
        if now.saturating_duration_since(self.looked_at) < config.certificate.check_every {
            return false;
        }
        self.looked_at = now;
        let stamps = stamps(config);
        let has_changed = stamps != self.stamps;
        self.stamps = stamps;
        has_changed
    }
}

fn stamps(config: &Config) -> Vec<Option<Stamp>> {
    let of_page = [&config.web.certificate_file, &config.web.key_file];
    let files = [&config.certificate.file, &config.certificate.key_file].into_iter().chain(of_page);
    files.flatten().map(PathBuf::as_path).map(stamp).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}
