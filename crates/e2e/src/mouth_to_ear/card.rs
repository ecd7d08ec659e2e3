//! A sound card with one clock for all: its left channel is played into the speaker's microphone, and its right
//! channel records the listener's loudspeaker.

use std::fs::File;
use std::path::{Path, PathBuf};

use consonance_testing::stage::{
    CardRecording, CardWire, Failure, OwnerDevices, SOON, SoundCard, ensure, until,
};

/// Dropping it ends it.
pub(super) struct Card(SoundCard);

/// A player, and its own devices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Player {
    pub(super) name: &'static str,
    pub(super) microphone: &'static str,
    pub(super) loudspeaker: &'static str,
}

/// The speaker: its microphone gets the chirps, and its loudspeaker is ignored.
pub(super) const SPEAKER: Player = Player { name: "Maud", microphone: "mouth", loudspeaker: "aside" };
/// The listener: its microphone is silent, and its loudspeaker is recorded.
pub(super) const LISTENER: Player = Player { name: "Earl", microphone: "silence", loudspeaker: "ear" };

impl Card {
    /// Plugs it in; what it needs is in this folder.
    ///
    /// # Errors
    /// If there is no `PulseAudio` on this machine, or it does not listen.
    pub(super) fn plug_in(folder: &Path) -> Result<Self, Failure> {
        let load = MODULES.into_iter().flat_map(|module| ["-L", module]);
        let card = Self(SoundCard::plug_in_with(folder, load)?);
        // If the default source is a monitor, some programs find no microphone.
        card.control(&["set-default-source", LISTENER.microphone])?;
        card.control(&["set-default-sink", SPEAKER.loudspeaker])?;
        Ok(card)
    }

    /// Its address for programs, in the form of `PulseAudio`'s variable `PULSE_SERVER`.
    pub(super) fn address(&self) -> String {
        self.0.address()
    }

    /// A player's devices for its browser.
    pub(super) fn devices_of(&self, player: Player) -> OwnerDevices {
        OwnerDevices {
            server: self.address(),
            microphone: player.microphone.to_owned(),
            loudspeaker: player.loudspeaker.to_owned(),
        }
    }

    /// Connects the speaker's microphone to the listener's loudspeaker with as little delay as a program can have.
    ///
    /// # Errors
    /// If that is not possible.
    pub(super) fn wire(&self) -> Result<CardWire, Failure> {
        self.0.wire(SPEAKER.microphone, LISTENER.loudspeaker, WIRE_MS)
    }

    /// Waits until programs have the speaker's microphone and the listener's loudspeaker open.
    ///
    /// # Errors
    /// If they do not open them in time.
    pub(super) fn wait_until_open(&self) -> Result<(), Failure> {
        let ends = [
            ("sources", "source-outputs", SPEAKER.microphone),
            ("sinks", "sink-inputs", LISTENER.loudspeaker),
        ];
        for (devices, streams, name) in ends {
            let device = index(&self.control(&["list", "short", devices])?, name);
            let device = device.ok_or_else(|| Failure::NotSo(format!("there is no {name}")))?;
            until(&format!("a program has {name} open"), SOON, || {
                let streams = self.control(&["list", "short", streams])?;
                Ok(is_open(&streams, &device).then_some(()))
            })?;
        }
        Ok(())
    }

    /// Plays this track of 32-bit floats into the left channel.
    ///
    /// # Errors
    /// If it cannot be played to its end.
    pub(super) fn say(&self, track: &Path) -> Result<(), Failure> {
        let samples = File::open(track).map_err(Failure::io(track.display().to_string()))?;
        let mut play = self.0.client("pacat");
        play.args([
            "--raw",
            "--format=float32le",
            "--rate=48000",
            "--channels=1",
            "--channel-map=front-left",
        ]);
        play.args(["--no-remix", "--device=card", "--latency-msec=200"]).stdin(samples);
        let status = play.status().map_err(Failure::io("pacat"))?;
        ensure(status.success(), || format!("pacat ended with {status}"))
    }

    /// Records both channels, interleaved, into this file.
    ///
    /// # Errors
    /// If that is not possible.
    pub(super) fn record(&self, file: PathBuf) -> Result<CardRecording, Failure> {
        self.0.record_channels(2, &["--device=card.monitor"], file)
    }

    fn control(&self, words: &[&str]) -> Result<String, Failure> {
        let output = self.0.client("pactl").args(words).output().map_err(Failure::io("pactl"))?;
        ensure(output.status.success(), || format!("pactl {} failed", words.join(" ")))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The number of the device of this name, in `pactl list short`.
fn index(devices: &str, name: &str) -> Option<String> {
    let columns = devices.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let mut named = columns.filter(|columns| columns.get(1) == Some(&name));
    named.next().map(|columns| columns[0].to_owned())
}

/// Whether one of these streams uses this device.
fn is_open(streams: &str, device: &str) -> bool {
    streams.lines().any(|line| line.split('\t').nth(1) == Some(device))
}

/// The card itself, its left channel as a microphone, its right channel as a loudspeaker, and the players' other
/// devices.
const MODULES: [&str; 6] = [
    "module-null-sink sink_name=card rate=48000 channels=2 channel_map=front-left,front-right",
    "module-remap-source source_name=mouth source_properties=device.description=mouth master=card.monitor \
     channels=1 channel_map=mono master_channel_map=front-left remix=no",
    "module-remap-sink sink_name=ear sink_properties=device.description=ear master=card \
     channels=1 channel_map=mono master_channel_map=front-right remix=no",
    "module-null-sink sink_name=aside sink_properties=device.description=aside rate=48000",
    "module-null-sink sink_name=nothing rate=48000",
    "module-remap-source source_name=silence source_properties=device.description=silence \
     master=nothing.monitor channels=1 channel_map=mono",
];
/// With half of this, the buffer ran empty many times as often.
const WIRE_MS: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_of_the_device_whose_number_it_has() {
        let sinks = "0\tcard\tmodule-null-sink.c\ts16le 2ch 48000Hz\tRUNNING\n\
                     11\tear\tmodule-remap-sink.c\ts16le 1ch 48000Hz\tIDLE\n";
        assert_eq!(index(sinks, "ear").as_deref(), Some("11"));
        assert_eq!(index(sinks, "mouth"), None);
        let streams = "4\t11\t7\tprotocol-native.c\tfloat32le 2ch 48000Hz\n";
        assert!(is_open(streams, "11"));
        assert!(!is_open(streams, "4") && !is_open(streams, "1") && !is_open("", "11"));
    }
}
