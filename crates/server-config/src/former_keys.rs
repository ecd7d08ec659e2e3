//! Keys of earlier versions: those of 0.1 are refused with their present names, those of 0.2 are read with a hint.

use crate::schema::variable;

/// Old and new names; those of a table also hold for its keys. `access` and `listen` are lists of tables.
const RENAMED: &[(&str, &str)] = &[
    ("watching", "diagnostics"),
    ("ending", "shutdown"),
    ("ending.onward", "shutdown.redirect"),
    ("ending.onward_window_s", "shutdown.redirect_window_s"),
    ("ending.hand_over_file", "shutdown.handover_file"),
    ("ending.restart_pause_s", "shutdown.reconnect_delay_s"),
    ("ending.returns_per_s", "shutdown.reconnects_per_s"),
    ("certificate.key_file", "certificate.private_key_file"),
    ("joining.end_with_token", "joining.disconnect_on_expiry"),
    ("joining.needs_both", "joining.require_both"),
    ("joining.guesses_free", "joining.free_password_attempts"),
    ("joining.guess_delay_max_s", "joining.password_delay_max_s"),
    ("joining.guess_addresses_max", "joining.password_addresses_max"),
    ("storage.standings_max", "storage.restrictions_max"),
    ("web.key_file", "web.private_key_file"),
    ("web.negotiating_max", "web.handshakes_max"),
    ("web.limits.kept_s", "web.limits.resume_s"),
    ("web.limits.problems_max", "web.limits.invalid_messages_max"),
    ("web.limits.waiting_bytes", "web.limits.queued_bytes"),
    ("web.limits.waiting_datagrams", "web.limits.queued_datagrams"),
    ("web.limits.waiting_requests", "web.limits.pending_joins"),
    ("web.limits.negotiation_s", "web.limits.connect_timeout_s"),
    ("web.limits.head_s", "web.limits.header_timeout_s"),
    ("web.limits.reply_s", "web.limits.reply_timeout_s"),
    ("web.limits.ping_s", "web.limits.ping_interval_s"),
    ("moderation.keep_last_s", "moderation.report_buffer_s"),
    ("moderation.keep_bytes_per_speaker_max", "moderation.report_buffer_speaker_bytes_max"),
    ("moderation.keep_bytes_max", "moderation.report_buffer_worker_bytes_max"),
    ("moderation.report_others", "moderation.reports_include_others"),
    ("moderation.reports_keep_days", "moderation.reports_days"),
    ("overload.shed", "overload.enabled"),
    ("overload.turn_max_s", "overload.iteration_max_s"),
    ("overload.retry_s", "overload.retry_after_s"),
    ("limits.handshake_s", "limits.handshake_timeout_s"),
    ("limits.waiting_joins", "limits.pending_joins"),
    ("limits.standings", "limits.restrictions"),
    ("access.needs", "tokens"),
    ("access.needs_to_listen", "listen_tokens"),
    ("access.needs_to_speak", "speak_tokens"),
    ("listen.strangers_max", "handshakes_max"),
    ("listen.voice_closed_ends_game", "disconnect_on_voice_kick"),
    ("listen.voice_again_s", "voice_retry_s"),
    ("listen.tells_authenticated", "announce_authenticated"),
    ("listen.tells_empty_scenes", "announce_no_scenes"),
];

/// Keys of 0.2 in a list of tables, which are read as the present ones: the list, the old and the new name.
const STILL_READ: &[(&str, &str, &str)] = &[("listen", "silence_timeout_s", "idle_timeout_s")];

/// Removed keys, each with the reason and what to do instead.
const RETIRED: &[(&str, &str)] = &[(
    "fast_path.allow_plain",
    "voice is always encrypted; remove it (docs/server-cost.md says how to measure without encryption)",
)];

/// The present name of a renamed key.
pub(crate) fn new_name(path: &str) -> Option<String> {
    let of = |old: &str| RENAMED.iter().find(|(known, _)| *known == old).map(|(_, new)| *new);
    let in_table = || path.split_once('.').and_then(|(table, key)| Some(format!("{}.{key}", of(table)?)));
    let in_list = || {
        let (list, key) = path.rsplit_once('.')?;
        still_read(list).find(|(old, _)| *old == key).map(|(_, new)| new.to_owned())
    };
    of(path).map(str::to_owned).or_else(in_table).or_else(in_list)
}

/// The keys of tables in this list that are read as others: old and new names.
pub(crate) fn still_read(list: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    STILL_READ.iter().filter(move |(of, ..)| *of == list).map(|(_, old, new)| (*old, *new))
}

/// The present name of a renamed environment variable.
pub(crate) fn new_variable(name: &str) -> Option<String> {
    let key = RENAMED.iter().find(|(old, _)| variable(old) == name).map(|(_, new)| variable(new));
    let in_table = |(old, new): &(&str, &str)| {
        let key = name.strip_prefix(&variable(old))?.strip_prefix('_')?;
        (!old.contains('.')).then(|| format!("{}_{key}", variable(new)))
    };
    key.or_else(|| RENAMED.iter().find_map(in_table))
}

/// Why a key was removed; `None` if it never existed.
pub(crate) fn retired_key(path: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(key, _)| *key == path).map(|(_, reason)| *reason)
}

/// Why an environment variable was removed.
pub(crate) fn retired_variable(name: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(key, _)| variable(key) == name).map(|(_, reason)| *reason)
}
