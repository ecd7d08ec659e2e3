//! The choice of a device.

/// Which microphone or loudspeaker to use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum DeviceSelection {
    /// The system's default, even after it changes.
    #[default]
    Default,
    /// The device with this name, as in [`DeviceList`](crate::devices::DeviceList). While it is missing, the default is
    /// used instead; once it is back, it is used again.
    Named(String),
    /// None: silence in, nothing out.
    None,
}
