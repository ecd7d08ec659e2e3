//! The choice of a device.

/// Which microphone or loudspeaker to use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum DeviceSelection {
    /// Whatever the system uses, also after that changed.
    #[default]
    Default,
    /// The device with this name, as [`DeviceList`](crate::DeviceList) has it. While it is not there, the default is
    /// used instead; when it is back, so are we.
    Named(String),
    /// None: silence in, nothing out.
    None,
}
