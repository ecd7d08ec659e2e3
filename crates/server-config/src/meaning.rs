//! Suggestions by meaning: the words of other servers for settings of ours, which no spelling leads to.

use crate::file_schema::settings;

/// What other programs call it, and the key here. Of keys in the same section as the unknown one, the first that is
/// there is meant.
const MEANT: &[(&[&str], &[&str])] = &[
    (
        &[
            "port",
            "udp_port",
            "server_port",
            "listen_port",
            "bind",
            "bind_address",
            "bind_addr",
            "listen_address",
            "address",
            "addr",
            "ip",
        ],
        &["listen"],
    ),
    (
        &[
            "max_players",
            "players_max",
            "max_clients",
            "clients_max",
            "max_users",
            "max_connections",
            "player_limit",
            "slots",
            "max_slots",
            "capacity",
        ],
        &["players_max", "limits.links"],
    ),
    (&["hostname", "host_name", "domain", "public_address", "public_host", "public_ip", "url"], &["host"]),
    (&["log_level", "loglevel", "verbosity", "log"], &["log.level"]),
    (
        &["cert", "cert_file", "cert_path", "certificate", "tls_cert", "ssl_cert", "tls_certificate"],
        &["certificate_file", "certificate.file"],
    ),
    (
        &["key", "private_key", "key_path", "tls_key", "ssl_key"],
        &["private_key_file", "certificate.private_key_file"],
    ),
    (&["server_password", "join_password", "pass", "password"], &["joining.password_file"]),
    (&["data_dir", "data_folder", "data", "database", "db", "directory"], &["storage.folder"]),
    (&["admin_token", "api_key", "api_token", "token"], &["admin.token_file"]),
    (&["allowed_origins", "cors", "cors_origins", "allow_origins"], &["web.origins"]),
    (&["record", "recordings", "recording_dir", "recording_folder"], &["recording.folder"]),
    (&["threads", "cores", "worker_threads"], &["workers"]),
];

/// The key that somebody means who writes this one, which does not exist here.
pub(super) fn meant_key(path: &str) -> Option<String> {
    let (section, word) = path.rsplit_once('.').unwrap_or(("", path));
    let word = word.to_ascii_lowercase().replace('-', "_");
    let (_, keys) = MEANT.iter().find(|(words, _)| words.contains(&&*word))?;
    let is_known = |key: &str| settings().any(|known| known.path == key);
    let beside = keys.iter().map(|key| format!("{section}.{key}")).find(|key| is_known(key));
    beside.or_else(|| keys.iter().map(|key| (*key).to_owned()).find(|key| is_known(key)))
}

/// How a value of the key looks, where the unknown one took another kind.
pub(super) fn example(key: &str) -> &'static str {
    match key {
        "listen" => " it takes an address and a port, such as listen = \"0.0.0.0:7777\"",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_to_a_key_that_exists_and_is_none_itself() {
        for (words, _) in MEANT {
            for word in *words {
                assert!(meant_key(word).is_some(), "{word} leads nowhere");
                assert!(!settings().any(|known| known.path == *word), "{word} is a key");
            }
        }
    }

    #[test]
    fn a_key_of_the_same_section_is_meant_before_others() {
        for (written, meant) in [
            ("server.port", "listen"),
            ("web.port", "web.listen"),
            ("admin.Bind-Address", "admin.listen"),
            ("limits.max_players", "limits.links"),
            ("web.max_players", "web.players_max"),
            ("web.cert", "web.certificate_file"),
            ("tls.cert", "certificate.file"),
        ] {
            assert_eq!(meant_key(written).as_deref(), Some(meant), "{written}");
        }
        assert_eq!(meant_key("colour"), None);
    }
}
