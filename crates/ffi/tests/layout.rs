//! The layout of structs must not change for compiled programs: it is that of `layout.txt`, in Rust and in C.
//!
//! `UPDATE_LAYOUT=1 cargo test -p consonance-ffi --test layout` regenerates the file. Fields may only be added at the
//! end of a struct; otherwise `CONSONANCE_ABI` has to change.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use consonance_ffi::structs::{
    CChannelSettings, CChannelState, CEncryptedMember, CEncryptionSettings, CEncryptionStatus, CEvent,
    CHostSettings, CPacket, CPlayerInfo, CPose, CPosition, CSettings, CSpatialSettings, CSpeakerStatistics,
    CStatistics, CStatus, CVoiceSettings,
};
use consonance_testing::command::Folder;

/// The rows of a struct; every field must be named.
macro_rules! rows {
    ($type:ident as $name:literal { $($field:ident),* $(,)? }) => {{
        let _all_fields = |value: $type| { let $type { $($field: _),* } = value; };
        let mut rows = vec![format!("{} {}", $name, size_of::<$type>())];
        $(rows.push(format!("{}.{} {}", $name, stringify!($field), offset_of!($type, $field)));)*
        rows
    }};
}

/// A line for each struct with its size, and for each field with its offset, in bytes.
fn rust_layout() -> String {
    let structs = [
        rows!(CSettings as "consonance_settings" {
            size, sound, address, name, join_token, password, listen_rooms, speak_rooms, listen_room_count,
            speak_room_count, microphone, loudspeaker, voice, reconnect_timeout_ms, retry_first_connect,
            share_position, network, reliable_bytes, unreliable_bytes, encryption,
        }),
        rows!(CEncryptionSettings as "consonance_encryption_settings" {
            size, policy, identity, account, attestation, attestation_keys, purpose, known_keys,
            identity_length, known_keys_length, constant_rate, sign_speech, moderators_key, key_log,
        }),
        rows!(CEncryptionStatus as "consonance_encryption_status" {
            size, state, epoch, is_member, member_count, safety_words, safety_digits, packets_sealed,
            packets_opened, packets_sent_plain, packets_received_plain, packets_without_keys,
            packets_refused,
        }),
        rows!(CEncryptedMember as "consonance_encrypted_member" {
            size, player, epoch, is_local, is_confirmed, recognition, was_verified, account_proof, reserved,
            name, account, purpose, key, safety_words, safety_digits,
        }),
        rows!(CVoiceSettings as "consonance_voice_settings" {
            size, activation, quality, frame_ms, error_correction, echo, noise, background_removal, high_pass,
            automatic_gain, detection_threshold, detection_hysteresis, detection_hold_ms, pre_roll_ms,
            ducking_level, ducking_down_ms, ducking_up_ms, auto_volume, master_volume,
        }),
        rows!(CChannelSettings as "consonance_channel_settings" {
            size, positional, priority, amplitude, activation, fade_in_seconds, fade_out_seconds,
        }),
        rows!(CChannelState as "consonance_channel_state" { size, is_open, volume }),
        rows!(CStatus as "consonance_status" {
            size, connection, is_transmitting, is_voice_detected, is_muted, is_deafened, other_players,
            top_priority_speaker, amplitude, packet_loss, events_dropped,
        }),
        rows!(CEvent as "consonance_event" { size, kind, player, detail, number, name, room, text }),
        rows!(CPlayerInfo as "consonance_player_info" {
            size, player, is_connected, is_local, is_speaking, is_muted, is_positional, priority, amplitude,
            volume, packet_loss,
        }),
        rows!(CPosition as "consonance_position" { player, is_known, position, occlusion }),
        rows!(CPose as "consonance_pose" { position, forward, up }),
        rows!(CSpatialSettings as "consonance_spatial_settings" {
            size, mode, roll_off, min_distance, max_distance,
        }),
        rows!(CStatistics as "consonance_statistics" {
            size, bitrate_bps, packets_received, bytes_received, packets_sent, bytes_sent, uplink_loss,
            capture_delay_ms, output_fill_ms, output_drift_ppm, output_interruptions, input_fill_ms,
            input_drift_ppm, input_interruptions,
        }),
        rows!(CSpeakerStatistics as "consonance_speaker_statistics" {
            size, loss, received, played, lost, recovered, late, delay_ms, jitter_ms, level_dbfs, reserved,
        }),
        rows!(CHostSettings as "consonance_host_settings" {
            size, players_max, session, listen, public_host, password, reliable_bytes, unreliable_bytes,
            encryption, reserved,
        }),
        rows!(CPacket as "consonance_packet" { size, action, peer, reliable, reserved }),
    ];
    structs.concat().join("\n") + "\n"
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("layout.txt")
}

#[test]
fn structs_are_as_in_the_file() {
    if env::var_os("UPDATE_LAYOUT").is_some() {
        fs::write(file(), rust_layout()).unwrap();
    }
    assert_eq!(rust_layout(), fs::read_to_string(file()).unwrap());
}

/// A program that compiles only if the header has the same layout.
fn assertions() -> String {
    let rows = fs::read_to_string(file()).unwrap();
    let rows = rows.lines().enumerate().map(|(number, row)| {
        let (what, bytes) = row.split_once(' ').unwrap();
        let expression = match what.split_once('.') {
            Some((name, field)) => format!("offsetof({name}, {field})"),
            None => format!("sizeof({what})"),
        };
        format!("typedef char row_{number}[{expression} == {bytes} ? 1 : -1];\n")
    });
    format!("#include \"consonance.h\"\n{}", rows.collect::<String>())
}

/// Whether the C compiler is installed; if so, asserts that it agrees.
fn agrees(compiler: &str) -> bool {
    let folder = Folder::new();
    let program = folder.write("layout.c", assertions().as_bytes());
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];
    let mut command = Command::new(compiler);
    let Ok(output) = command.args(flags).arg("-I").arg(include).arg(program).output() else { return false };
    assert!(output.status.success(), "{compiler}: {}", String::from_utf8_lossy(&output.stderr));
    true
}

#[test]
fn the_c_compiler_agrees() {
    assert!(agrees("gcc"), "gcc is not there");
}

#[test]
#[ignore = "needs the C compilers of other machines: `cargo xtask check platforms --run`"]
fn c_compilers_of_other_machines_agree() {
    for compiler in ["aarch64-linux-gnu-gcc", "x86_64-w64-mingw32-gcc"] {
        assert!(agrees(compiler), "{compiler} is not there");
    }
}
