//! `consonance serve`: its lines and its options.

use std::net::UdpSocket;

use consonance_quic::QuicAddress;

use consonance_testing::command::Program;

#[test]
fn each_session_gets_one_line_that_ends_in_its_address_and_nothing_else_is_printed() {
    let server =
        Program::start(&["serve", "--listen", "127.0.0.1:0", "--session", "main", "--session", "café"]);
    // Flushed at once although the output is not a terminal.
    let main = server.until_line("main", |line| line.contains("/main#sha256="));
    let cafe = server.until_line("café", |line| line.contains("/caf%C3%A9#sha256="));
    let address = |line: &str| line.split(' ').next_back().unwrap().parse::<QuicAddress>().unwrap();
    let (main, cafe) = (address(&main), address(&cafe));
    assert_eq!((main.host(), main.session(), cafe.session()), ("127.0.0.1", "main", "café"));
    assert_eq!((main.port(), main.fingerprint()), (cafe.port(), cafe.fingerprint()));
    assert_ne!(main.port(), 0);
    #[cfg(unix)]
    {
        server.signal("INT");
        let ended = server.end();
        ended.assert_well();
        assert_eq!(ended.out.len(), 2, "{:?}", ended.out);
        assert!(!ended.out.iter().any(|line| line.contains('\x1b')), "{:?}", ended.out);
    }
}

#[test]
fn the_host_of_the_printed_addresses_can_be_given() {
    let server = Program::start(&["serve", "--listen", "127.0.0.1:0", "--host", "voice.example.org"]);
    server.until_line("the host", |line| line.contains(" quic://voice.example.org:"));
}

#[test]
fn a_port_that_is_taken_is_named_in_one_line() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ended = Program::start(&["serve", "--listen", &address.to_string()]).end();
    let complaint = ended.complaint();
    assert!(complaint.contains(&address.port().to_string()) && complaint.contains("taken"), "{complaint}");
    assert_eq!(ended.out, [""; 0]);
}

#[test]
fn without_a_command_it_serves_this_machine_and_says_how_to_join() {
    if UdpSocket::bind("127.0.0.1:7777").is_err() {
        println!("skipped: port 7777 is in use");
        return;
    }
    let server = Program::start(&[]);
    let line = server.until_line("the address", |line| line.starts_with("session"));
    let address = line.split(' ').next_back().unwrap().to_owned();
    assert!(address.starts_with("quic://127.0.0.1:7777/main#sha256="), "{address}");
    let command = server.until_line("how to join", |line| line.contains(" join "));
    assert!(command.contains(&address), "{command}");
    // The printed command works where the server was started, even without a microphone.
    let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    assert_eq!(words[0], env!("CARGO_BIN_EXE_consonance"));
    let listen: Vec<&str> = words[1..].iter().copied().take_while(|word| *word != "--speak").collect();
    let join = Program::start(&[&listen[..], &["--duration", "0.1"]].concat());
    join.end().assert_well();
}

#[test]
fn a_server_with_sessions_on_demand_only_prints_an_address_as_an_example() {
    let variables = [("CONSONANCE_SESSIONS", "[]"), ("CONSONANCE_SESSIONS_ON_DEMAND", "match-*")];
    let server = Program::start_in(&["serve", "--listen", "127.0.0.1:0"], &variables);
    let line = server.until_line("the address", |line| line.contains("quic://"));
    assert!(
        line.starts_with("sessions start on demand, for example session \"match-1\" at quic://"),
        "{line}"
    );
    assert!(line.contains("/match-1"), "{line}");
}
