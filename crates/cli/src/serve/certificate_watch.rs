//! A watch for changes of the certificate's files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use consonance_server_config::Config;

/// The state of the files at the last look.
pub(super) struct CertificateWatch {
    stamps: Vec<Option<Stamp>>,
    looked_at: Instant,
}

/// Modification time and length; a renewed link has those of the file that it leads to.
type Stamp = (SystemTime, u64);

impl CertificateWatch {
    /// A watch of files that have just been read, and may have changed while they were read or since then.
    pub(super) fn new(now: Instant) -> Self {
        Self { stamps: Vec::new(), looked_at: now }
    }

    /// Whether the files may have changed since they were read, or since this last returned true; checks at the
    /// configured interval.
    pub(super) fn has_changed(&mut self, config: &Config, now: Instant) -> bool {
        if now.saturating_duration_since(self.looked_at) < config.certificate.check_every_s.0 {
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
    let of_page = [&config.web.certificate_file, &config.web.private_key_file];
    let files = [&config.certificate.file, &config.certificate.private_key_file].into_iter().chain(of_page);
    files.flatten().map(PathBuf::as_path).map(stamp).collect()
}

fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process;
    use std::time::Duration;

    use consonance_server_config::Seconds;

    use super::*;

    #[test]
    fn files_that_may_have_changed_since_they_were_read_are_read_once_more() {
        let file = env::temp_dir().join(format!("consonance-certificate-{}", process::id()));
        fs::write(&file, "a certificate").unwrap();
        let (mut config, began) = (Config::default(), Instant::now());
        config.certificate.check_every_s = Seconds::new(1);
        config.certificate.file = Some(file.clone());
        let mut watch = CertificateWatch::new(began);
        let looks = [0, 1, 2, 3].map(|s| watch.has_changed(&config, began + Duration::from_secs(s)));
        fs::remove_file(&file).unwrap();
        assert_eq!(looks, [false, true, false, false]);
        assert!(watch.has_changed(&config, began + Duration::from_secs(4)), "it is gone");
    }
}
