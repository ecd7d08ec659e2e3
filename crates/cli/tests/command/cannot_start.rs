//! A server that cannot start says in one line what to do.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use consonance_testing::command::{Folder, Program};

/// A server with these arguments does not start, and complains in a line with these words.
fn assert_advice(arguments: &[&str], expected: &[&str]) {
    let ended = Program::start(&[&["serve"], arguments].concat()).end();
    let complaint = ended.complaint();
    for words in expected {
        assert!(complaint.contains(words), "{arguments:?}: {complaint:?} has no {words:?}");
    }
}

#[test]
fn a_port_that_is_taken_names_the_flag_for_another_one() {
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let keeper = UdpSocket::bind(taken).unwrap();
    let address = taken.to_string();
    assert_advice(
        &["--listen", &address],
        &["is taken", "stop the program", "--listen", "port 0 picks a free one"],
    );
    drop(keeper);
}

#[test]
fn a_page_or_an_admin_listener_at_a_taken_address_says_what_to_do() {
    let keeper = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = keeper.local_addr().unwrap().to_string();
    let folder = Folder::new();
    let token = folder.file("admin-token");
    for flag in ["--web", "--admin"] {
        let flag = format!("{flag}={address}");
        // The first start creates the token, and says so.
        Program::start(&["serve", "--listen", "127.0.0.1:0", "--admin-token-file", &token, &flag]).end();
        assert_advice(
            &["--listen", "127.0.0.1:0", "--admin-token-file", &token, &flag],
            &[&address, "stop the server that runs there", "port 0 picks a free one"],
        );
    }
}

#[test]
fn an_address_of_another_machine_names_what_can_be_listened_on() {
    assert_advice(&["--listen", "203.0.113.7:0"], &["does not have the address 203.0.113.7", "[::]"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_its_setting() {
    let folder = Folder::new();
    // A file in place of the folder, since tests may run as root, which can write anywhere.
    let file = folder.write("file", b"");
    let settings = folder.write("voice.toml", format!("[storage]\nfolder = '{file}'\n").as_bytes());
    assert_advice(
        &["--listen", "127.0.0.1:0", "--config", &settings],
        &[&file, "allow this user to write", "storage.folder"],
    );
    let token = format!("{file}/admin-token");
    assert_advice(
        &["--listen", "127.0.0.1:0", "--admin=127.0.0.1:0", "--admin-token-file", &token],
        &[&token, "--admin-token-file"],
    );
}

#[test]
fn a_server_that_is_started_twice_says_so() {
    let folder = Folder::new();
    let text = format!("[storage]\nfolder = '{}'\n", folder.file("data"));
    let settings = folder.write("voice.toml", text.as_bytes());
    let first = Program::start(&["serve", "--listen", "127.0.0.1:0", "--config", &settings]);
    first.until_line("the address", |line| line.contains("quic://"));
    assert_advice(
        &["--listen", "127.0.0.1:0", "--config", &settings],
        &["in use by another server", "stop that one"],
    );
    assert!(first.interrupt().status.success());
}
