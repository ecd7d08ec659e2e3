//! The sound systems.

/// A sound system that miniaudio knows (`ma_backend` of miniaudio.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudioSystem {
    /// Windows, since Vista.
    Wasapi,
    /// Windows, `DirectSound`.
    DirectSound,
    /// Windows, the oldest.
    WinMm,
    /// macOS and iOS.
    CoreAudio,
    /// `OpenBSD`.
    Sndio,
    /// `NetBSD`.
    Audio4,
    /// `FreeBSD`.
    Oss,
    /// Linux: `PulseAudio`, or `PipeWire` under its interface.
    PulseAudio,
    /// Linux, the layer below the others.
    Alsa,
    /// Android, since 8.0.
    AAudio,
    /// Android, before that.
    OpenSl,
    /// A clock without hardware, on any machine.
    Null,
}
