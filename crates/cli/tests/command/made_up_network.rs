//! A network is one entry in the list of networks: settings, help, documentation and players follow from it.

use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use consonance_server_config::{ConfigSources, NETWORKS, Networks, json_schema, reference_page};
use consonance_testing::command::{Folder, Program};
use consonance_testing::made_up_network::MadeUp;

use crate::talker::{assert_all_hear_each_other, player};

/// The product's networks, and the one of this test.
fn networks() -> Networks {
    Networks::new([NETWORKS, &[&MadeUp]].concat().leak())
}

/// Arguments of the command that [`the_command_with_a_made_up_network`] runs, one in a line.
const ARGUMENTS: &str = "CONSONANCE_TEST_ARGUMENTS";

/// The command itself, as a process of its own: this program, told to run one test only.
#[test]
fn the_command_with_a_made_up_network() {
    if let Some(arguments) = env::var_os(ARGUMENTS) {
        let arguments = arguments.into_string().unwrap();
        let arguments = ["consonance"].into_iter().chain(arguments.lines()).map(Into::into);
        let _ = consonance_cli::run(arguments, networks());
    }
}

fn command(arguments: &[&str]) -> Program {
    let this = Command::new(env::current_exe().unwrap());
    let test = ["made_up_network::the_command_with_a_made_up_network", "--exact", "--nocapture"];
    Program::launch(this, &test, &[(ARGUMENTS, &arguments.join("\n"))])
}

#[test]
fn one_entry_gives_a_network_its_settings_with_schema_documentation_and_suggestions() {
    let load = |text: &str| {
        let mut sources = ConfigSources::new(networks().tables());
        sources.add_file("voice.toml".as_ref(), text);
        sources.load()
    };
    let table = "[[listen]]\nnetwork = 'made-up'\naddress = '127.0.0.1:5'\n";
    let loaded = load(&format!("{table}clients_max = 7")).unwrap();
    assert_eq!(loaded.config.listen.others[0].value("clients_max"), 7);
    for (key, complaint) in [
        (
            "clients_max = 0",
            "voice.toml:4: listen: clients_max: expected a whole number from 1 to 1000, not 0",
        ),
        (
            "client_max = 1",
            "voice.toml:4: listen: unknown key client_max for made-up; did you mean clients_max?",
        ),
    ] {
        assert_eq!(load(&format!("{table}{key}")).unwrap_err().to_string(), complaint);
    }
    assert!(json_schema(networks().tables()).contains("\"const\": \"made-up\""));
    let page = reference_page(networks().tables());
    let (_, section) = page.split_once("### `network = \"made-up\"`").unwrap();
    assert!(
        section.contains("| `clients_max` | `100` (1–1000) | Clients at once on the made-up network."),
        "{section}"
    );
    let row = "| Made-up network | `made-up` | `made-up` | `kcp` | – | – | [made-up.md](made-up.md) |";
    assert!(networks().docs_rows().contains(row));
}

#[test]
fn one_entry_gives_a_network_its_line_in_the_help_of_the_proxy() {
    let help = command(&["proxy", "--help"]).end();
    let line = help.out.iter().find(|line| line.contains("- made-up:"));
    assert!(line.is_some_and(|line| line.contains("Made-up network")), "{:?}", help.out);
}

#[test]
fn one_entry_gives_a_network_its_listener_and_a_player_for_tests() {
    let folder = Folder::new();
    let text = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\
                [[listen]]\nnetwork = 'made-up'\naddress = '127.0.0.1:0'\n";
    let server = command(&["serve", "--config", &folder.write("voice.toml", text.as_bytes())]);
    let open =
        server.until_line("the network", |line| line.contains("session \"main\" is open over made-up at"));
    let port: u16 = open.rsplit(':').next().unwrap().parse().unwrap();
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let made_up = networks().find("made-up").unwrap();
    let mut players = ["Alice", "Bob"].map(|name| player(name, made_up.player(at).unwrap()));
    assert_all_hear_each_other(&mut players, |_| {});
}
