//! An address with a port as a key.

use std::net::SocketAddr;

use consonance_settings::{PlainValue, SettingKind, SettingType};

/// An IP address with a port in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressAndPort(pub SocketAddr);

/// As text, such as `127.0.0.1:7777` or `[::1]:7777`.
impl SettingType for AddressAndPort {
    fn kind() -> SettingKind {
        SettingKind::Address
    }

    fn to_plain(&self) -> PlainValue {
        PlainValue::Text(self.0.to_string())
    }

    fn from_plain(value: &PlainValue) -> Option<Self> {
        if let PlainValue::Text(text) = value { text.parse().ok().map(Self) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_with_its_port() {
        let address = AddressAndPort(([127, 0, 0, 1], 5).into());
        assert_eq!(AddressAndPort::kind(), SettingKind::Address);
        assert_eq!(address.to_plain(), "127.0.0.1:5".into());
        assert_eq!(AddressAndPort::from_plain(&"127.0.0.1:5".into()), Some(address));
        assert_eq!(AddressAndPort::from_plain(&"127.0.0.1".into()), None);
    }
}
