//! The keys of a network are one struct.

use consonance_server_config::{
    IpProtocol, ListenerConfig, NetworkSettings, NetworkTable, SettingsType, table,
};

table! {
    /// The keys of one network.
    struct Keys {
        /// Clients at once.
        pub clients_max: usize = 5, 1..=10;
    }
}

table! {
    /// The keys of another network.
    struct OtherKeys {
        /// Clients at once.
        pub clients_max: usize = 6, 1..=10;
    }
}

impl NetworkSettings for Keys {}
impl NetworkSettings for OtherKeys {}

static TABLE: NetworkTable = NetworkTable {
    name: "made-up",
    about: "Clients of a made-up network.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    settings: SettingsType::of::<Keys>(),
    without_upstream: &[],
    with_upstream: None,
};

#[test]
fn settings_are_only_read_as_the_type_of_their_network() {
    let listener = ListenerConfig::new(&TABLE, "127.0.0.1:5".parse().unwrap());
    assert_eq!(listener.settings::<Keys>().map(|keys| keys.clients_max), Ok(5));
    let error = listener.settings::<OtherKeys>().unwrap_err().to_string();
    assert!(error.starts_with("the settings of made-up are not "), "{error}");
    assert!(error.contains("OtherKeys: "), "{error}");
}
