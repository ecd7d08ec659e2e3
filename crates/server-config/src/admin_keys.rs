//! The keys of the listener for operators.

use crate::field::Field;
use crate::keys::{Key, Takes};

/// In the order of the file.
pub(super) const ADMIN_KEYS: &[Key] = &[
    admin(
        "admin.listen",
        Field::Address(|config| &mut config.admin.listen),
        "The TCP address of health, metrics, the admin API and its page; port 0 takes any free one. There is none without it: no port is opened unasked, and a second server on this machine starts like the first.",
    )
    .with_example("\"127.0.0.1:7778\""),
    admin(
        "admin.token_file",
        Field::File(|config| &mut config.admin.token_file),
        "The file with the token that clients of that listener show. If it does not exist, a token is made, readable for the server's user only. Without this key it is admin-token in the folder of the service (systemd's StateDirectory) or of the user's states.",
    )
    .with_example("\"admin-token\""),
    admin(
        "admin.host_names",
        Field::Texts(|config| &mut config.admin.host_names),
        "Names besides localhost under which that listener is reached, without ports; addresses always work. Others are refused, so that no page of somebody else's can be made to point here.",
    ),
    admin(
        "admin.allow_plain",
        Field::Flag(|config| &mut config.admin.allow_plain),
        "Let that listener have an address that is not this machine's own, although it speaks plain HTTP: only behind a proxy with TLS or in a network that you trust.",
    ),
    admin(
        "admin.open_metrics",
        Field::Flag(|config| &mut config.admin.open_metrics),
        "Give /metrics to whoever asks, without the token. Health and readiness always are.",
    ),
    admin(
        "admin.metrics_sessions_max",
        Field::Size(|config| &mut config.admin.metrics_sessions_max, 0, 10_000),
        "Of how many sessions, the largest first, metrics tell one by one; of all together they always do.",
    ),
    admin(
        "admin.connections_max",
        Field::Size(|config| &mut config.admin.connections_max, 1, 4096),
        "Connections to that listener at once; further ones wait.",
    ),
    admin(
        "admin.request_timeout_s",
        Field::Seconds(|config| &mut config.admin.request_timeout, 0.1, 300.0),
        "How long a request there may take to come, and to be answered, in seconds.",
    ),
];

const fn admin(path: &'static str, field: Field, about: &'static str) -> Key {
    Key::new(path, Takes::AtStart, field, about)
}
