//! The emulated machines, and the tests that run there.

use super::{Emulated, TestGroup};
use crate::cross_target::{ARM, WINDOWS};

/// All emulated machines.
pub(crate) const MACHINES: &[Emulated] = &[
    Emulated {
        target: WINDOWS,
        has_sound: true,
        smoke: &[TestGroup { packages: &["consonance-wire"], programs: ALL, threads: 2, skipped: &[] }],
        tests: &[
            TestGroup {
                packages: &[
                    "consonance-wire",
                    "consonance-session",
                    "consonance-link",
                    "consonance-audio",
                    "consonance-device",
                    "consonance-server",
                ],
                programs: ALL,
                threads: 2,
                skipped: &[],
            },
            TestGroup { packages: &["consonance-native"], programs: MINIAUDIO, threads: 2, skipped: &[] },
            TestGroup {
                packages: &["consonance-quic"],
                programs: ALL,
                threads: 1,
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
            TestGroup {
                packages: &["consonance-ffi"],
                programs: LAYOUT,
                threads: 1,
                skipped: &[("the_c_compiler_agrees", "Wine starts no compiler of this machine")],
            },
        ],
    },
    Emulated {
        target: ARM,
        has_sound: false,
        smoke: &[],
        tests: &[
            TestGroup {
                packages: &["consonance-wire", "consonance-session"],
                programs: ALL,
                threads: 2,
                skipped: &[],
            },
            TestGroup { packages: &["consonance-native"], programs: MINIAUDIO, threads: 2, skipped: &[] },
            TestGroup {
                packages: &["consonance-quic"],
                programs: &["--lib"],
                threads: 2,
                skipped: &[(
                    "fast_path::port_group::tests::on_one_port_each_datagram_goes_to_its_worker",
                    "qemu does not hand the filter of a port to the system",
                )],
            },
            // Tests with minutes of sound take half an hour there.
            TestGroup {
                packages: &["consonance-audio"],
                programs: &["--lib", "--test=processors", "--test=spatial", "--test=recording"],
                threads: 2,
                skipped: &[],
            },
            TestGroup { packages: &["consonance-ffi"], programs: LAYOUT, threads: 1, skipped: &[] },
        ],
    },
];

/// All programs of the packages' tests.
const ALL: &[&str] = &["--lib", "--tests"];
const MINIAUDIO: &[&str] = &["--lib", "--tests", "--features=miniaudio"];
/// How the compiler lays out structs that C knows.
const LAYOUT: &[&str] = &["--test=layout"];
