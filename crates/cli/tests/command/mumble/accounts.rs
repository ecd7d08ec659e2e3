//! Mumble's users by their certificates, on a real server and in real TLS.

use std::net::SocketAddr;

use consonance_mumble::client::{ClientSettings, MumbleClient, MumbleClientEvent};
use consonance_mumble::control::messages::{Authenticate, Reject, RejectType, UserRemove};
use consonance_mumble::{CertificateHash, Control};
use consonance_testing::command::{Folder, Program};
use rcgen::{CertifiedKey, KeyPair};
use serde_json::json;

use super::{serve, until, until_synced};

/// A certificate and its key, as Mumble makes one for itself.
struct Identity(CertifiedKey<KeyPair>);

impl Identity {
    fn new() -> Self {
        Self(rcgen::generate_simple_self_signed(vec!["a user of Mumble".to_owned()]).unwrap())
    }

    fn account(&self) -> String {
        CertificateHash::of(self.0.cert.der()).account()
    }
}

/// A client that shows a certificate, if it has one, and logs in with the password and these tokens.
fn connect(at: SocketAddr, name: &str, identity: Option<&Identity>, tokens: &[&str]) -> MumbleClient {
    let settings = ClientSettings::new(name);
    let authenticate = Authenticate {
        password: Some("open".into()),
        tokens: tokens.iter().map(ToString::to_string).collect(),
        ..settings.authenticate
    };
    let certificate = identity.map(|Identity(made)| {
        (made.cert.der().clone(), made.signing_key.serialize_der().try_into().unwrap())
    });
    MumbleClient::connect(at, ClientSettings { authenticate, certificate, ..settings }).unwrap()
}

/// The rejection of a client.
fn refusal(mut client: MumbleClient) -> Reject {
    let told = until(&mut client, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
    let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
    reject
}

/// Joins the server.
fn join(at: SocketAddr, name: &str, identity: Option<&Identity>) -> MumbleClient {
    let mut client = connect(at, name, identity, &[]);
    until_synced(&mut client);
    client
}

#[test]
fn a_name_is_kept_for_the_certificate_that_it_was_used_with() {
    let folder = Folder::new();
    let (_server, address, at) = serve(&folder, "");
    let watching = Program::start(&["join", &address, "--name", "Nat", "--json", "--null-devices"]);
    watching.until_event(&json!({"event": "players_synced"}));
    let (mia, eve) = (Identity::new(), Identity::new());
    drop(join(at, "Mia", Some(&mia)));
    watching.until_event(&json!({"event": "player_left", "name": "Mia"}));
    for other in [None, Some(&eve)] {
        let reject = refusal(connect(at, "mia", other, &[]));
        assert_eq!(reject.kind(), RejectType::InvalidUsername, "{}", reject.reason());
        assert!(reject.reason().contains("reserved"), "{}", reject.reason());
    }
    let native = Program::start(&["join", &address, "--name", "Mia", "--json", "--null-devices"]).end();
    assert!(native.err.iter().any(|line| line.contains("reserved")), "{:?}", native.err);
    let first = join(at, "Mia", Some(&mia));
    // The user's own former connection does not block it.
    drop(join(at, "Mia", Some(&mia)));
    drop(first);
    drop(join(at, "Mia the second", Some(&mia)));
    join(at, "Mia", Some(&eve));
}

#[test]
fn a_ban_by_a_moderator_in_mumble_holds_for_the_certificate_and_an_operator_sees_and_lifts_it() {
    let folder = Folder::new();
    let [secret, public, admin_token] = ["secret.jwk", "public.jwk", "token"].map(|name| folder.file(name));
    Program::start(&["token", "keygen", &secret, &public]).end().assert_well();
    let made =
        Program::start(&["token", "new", "--signing-key", &secret, "--name", "Ann", "--moderator"]).end();
    folder.write("password.txt", b"open\n");
    let joining = "[joining]\npassword_file = 'password.txt'\ntoken_key_files = ['public.jwk']\n\
                   [admin]\nlisten = '127.0.0.1:0'\ntoken_file = 'token'\n";
    let (server, _, at) = serve(&folder, joining);
    let (mia, eve) = (Identity::new(), Identity::new());
    let mut banned = join(at, "Mia", Some(&mia));
    let mut ann = connect(at, "Ann", None, &[&made.out[0]]);
    let told = until(
        &mut ann,
        |event| matches!(event, MumbleClientEvent::Control(Control::UserState(state)) if state.name() == "Mia"),
    );
    let MumbleClientEvent::Control(Control::UserState(state)) = told else { panic!("it was looked for") };
    let remove =
        UserRemove { session: state.session(), ban: Some(true), reason: Some("spam".into()), actor: None };
    until_synced(&mut ann);
    ann.send(&remove.into()).unwrap();
    let told = until(
        &mut banned,
        |event| matches!(event, MumbleClientEvent::Control(Control::UserRemove(remove)) if remove.ban()),
    );
    let MumbleClientEvent::Control(Control::UserRemove(remove)) = told else { panic!("it was looked for") };
    assert!(remove.reason().contains("spam"), "{remove:?}");

    let reject = refusal(connect(at, "Another", Some(&mia), &[]));
    assert!(reject.reason().contains("banned") && reject.reason().contains("spam"), "{}", reject.reason());
    // Neither the address nor the name is banned.
    drop(join(at, "Another", Some(&eve)));
    drop(join(at, "Someone", None));

    let url = format!("http://{}", server.until_admin());
    let admin = |words: &[&str]| {
        let ended =
            Program::start(&[&["admin", "--server", &url, "--token-file", &admin_token], words].concat());
        let ended = ended.end();
        ended.assert_well();
        ended.out.join("\n")
    };
    let bans = admin(&["bans"]);
    assert!(bans.contains(&mia.account()) && bans.contains("main") && bans.contains("Ann"), "{bans}");
    admin(&["unban", "1"]);
    join(at, "Another one", Some(&mia));
    admin(&["ban", "--subject", &eve.account()]);
    let reject = refusal(connect(at, "Eve", Some(&eve), &[]));
    assert!(reject.reason().contains("banned"), "{}", reject.reason());
}
