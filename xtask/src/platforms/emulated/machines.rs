//! Which machines, and which tests run there.

use super::{Emulated, TestGroup};
use crate::cross_target::{ARM, WINDOWS};

/// All of them.
pub(crate) const MACHINES: &[Emulated] = &[
    Emulated {
        target: WINDOWS,
        tests: &[
            TestGroup {
                packages: &[
                    "consonance-wire",
                    "consonance-session",
                    "consonance-transport",
                    "consonance-audio",
                    "consonance-fast-path",
                    "consonance-miniaudio",
                    "consonance-device",
                    "consonance-server",
                ],
                threads: 2,
                skipped: &[],
            },
            TestGroup {
                packages: &["consonance-quic"],
                threads: 2,
                skipped: &[
                    ("binding::an_address_of_another_machine_is_refused", "Wine binds any address"),
                    (
                        "limits::another_address_gets_in_although_one_has_taken_all_connections",
                        "Wine has 127.0.0.1 only",
                    ),
                    (
                        "limits::handshakes_of_one_address_make_room_for_those_of_others",
                        "Wine has 127.0.0.1 only",
                    ),
                ],
            },
        ],
    },
    Emulated {
        target: ARM,
        tests: &[TestGroup {
            packages: &[
                "consonance-wire",
                "consonance-session",
                "consonance-audio",
                "consonance-fast-path",
                "consonance-opus-packet",
                "consonance-miniaudio",
            ],
            threads: 2,
            skipped: &[],
        }],
    },
];
