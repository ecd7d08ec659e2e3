//! Logins, control messages and ends.

use std::time::Instant;

use consonance_link::{EndCode, EndReason};
use consonance_mumble::client::{ClientSettings, MumbleClientEvent};
use consonance_mumble::control::messages::{Ping, RejectType, UserText};
use consonance_mumble::{CertificateHash, Control, MumbleServerEvent, MumbleSettings, MumbleVersion};

use crate::mumble::fixture::{Fixture, certificate};

#[test]
fn a_login_has_the_name_the_version_and_the_certificate() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (shown, key) = certificate();
    let hash = CertificateHash::of(&shown);
    let settings = ClientSettings { certificate: Some((shown, key)), ..ClientSettings::new("Ada") };
    fixture.client(settings);
    fixture.client(ClientSettings { version: MumbleVersion::OURS, ..ClientSettings::new("Bob") });
    let logins: Vec<_> = fixture.logins.iter().map(|(_, login)| login).collect();
    assert_eq!((logins[0].authenticate.username(), logins[0].certificate), ("Ada", Some(hash)));
    assert_eq!((logins[1].authenticate.username(), logins[1].certificate), ("Bob", None));
    assert_eq!(logins[1].version, MumbleVersion::OURS);
}

#[test]
fn control_messages_pass_both_ways_and_signs_of_life_are_answered() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (user, mut client) = fixture.client(ClientSettings::new("Ada"));
    let text = |message: &str| Control::from(UserText { message: message.into(), ..Default::default() });
    client.send(&text("up")).unwrap();
    let expected = MumbleServerEvent::Control { user, control: text("up") };
    fixture.until_event(|event| *event == expected);
    fixture.server.send(Instant::now(), user, &text("down"));
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Control(text("down")));
    client.send(&Ping { timestamp: Some(99), ..Ping::default() }.into()).unwrap();
    fixture.until(&mut client, |event| {
        matches!(event, MumbleClientEvent::Control(Control::Ping(ping)) if ping.timestamp == Some(99))
    });
}

#[test]
fn a_user_that_is_disconnected_learns_why_and_one_that_goes_is_reported() {
    let mut fixture = Fixture::new(MumbleSettings::default());
    let (user, mut client) = fixture.client(ClientSettings::new("Ada"));
    fixture.server.disconnect(Instant::now(), user, &EndReason::from(EndCode::NameInUse).encode());
    let told =
        fixture.until(&mut client, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
    let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
    assert_eq!(reject.kind(), RejectType::UsernameInUse);
    fixture.until(&mut client, |event| *event == MumbleClientEvent::Closed);
    let (second, client) = fixture.client(ClientSettings::new("Bob"));
    drop(client);
    fixture.until_event(
        |event| matches!(event, MumbleServerEvent::Disconnected { user, .. } if *user == second),
    );
}

#[test]
fn a_full_server_says_so() {
    let mut settings = MumbleSettings::default();
    settings.connections_max = 1;
    let mut fixture = Fixture::new(settings);
    let (user, _client) = fixture.client(ClientSettings::new("Ada"));
    fixture.server.set_joined(Instant::now(), user, true);
    let mut second =
        consonance_mumble::client::MumbleClient::connect(fixture.address(), ClientSettings::new("Bob"))
            .unwrap();
    let told =
        fixture.until(&mut second, |event| matches!(event, MumbleClientEvent::Control(Control::Reject(_))));
    let MumbleClientEvent::Control(Control::Reject(reject)) = told else { panic!("it was looked for") };
    assert_eq!(reject.kind(), RejectType::ServerFull);
}
