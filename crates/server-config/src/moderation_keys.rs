//! The keys of reports; the reason for each default stands at
//! [`KeptVoicesSettings`](consonance_server::reports::KeptVoicesSettings) and
//! [`ReportsSettings`](consonance_server::reports::ReportsSettings).

use crate::field::Field;
use crate::keys::Key;

/// In the order of the file.
pub(super) const MODERATION_KEYS: &[Key] = &[
    Key::at_once(
        "moderation.keep_last_s",
        Field::Seconds(|config| &mut config.moderation.kept_voices.last, 0.0, 600.0),
        "How many of the last seconds of each voice stay in memory, in seconds, for reports; 0 for none. Players whose clients can show it are told; tell the others. It needs storage.folder (or systemd's StateDirectory), where reports are written to.",
    ),
    Key::at_once(
        "moderation.keep_bytes_per_speaker_max",
        Field::Size(|config| &mut config.moderation.kept_voices.speaker_bytes_max, 4096, 1 << 30),
        "Bytes of that for one speaker; of who sends more, less time is kept.",
    ),
    Key::at_once(
        "moderation.keep_bytes_max",
        Field::Size(|config| &mut config.moderation.kept_voices.worker_bytes_max, 65_536, 1 << 40),
        "Bytes of that for each worker; from seven eighths of it on, whoever has most in a session with more than its share is kept for less time, and that is counted.",
    ),
    Key::at_once(
        "moderation.report_others",
        Field::Flag(|config| &mut config.moderation.kept_voices.with_others),
        "Whether a report has what others said in the same rooms at that time, and not only the reported player's voice.",
    ),
    Key::at_once(
        "moderation.reports_keep_days",
        Field::Number(|config| &mut config.moderation.reports.keep_days, 1, 36_500),
        "How long reports are kept, in days.",
    ),
    Key::at_once(
        "moderation.reports_bytes_max",
        Field::Bytes(|config| &mut config.moderation.reports.bytes_max, 65_536, 1 << 50),
        "How many bytes all reports may have together; a further one is an error.",
    ),
];
