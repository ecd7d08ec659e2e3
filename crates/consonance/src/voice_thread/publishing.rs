//! Publishes statistics, and the snapshot for inspectors.

use std::collections::HashMap;
use std::time::Instant;

use consonance_inspector::{ClientSnapshot, ConnectionState};
use consonance_session::Restriction;

use super::VoiceThread;
use crate::event::End;
#[cfg(feature = "devices")]
use crate::snapshot::device_snapshot;
use crate::snapshot::{
    activation, capture_snapshot, channel_row, encryption_row, engine_snapshot, network_row, player_row,
    uplink_snapshot,
};
use crate::statistics::VoiceStatistics;
use crate::status::Status;

impl VoiceThread {
    /// False during a read.
    pub(super) fn write_statistics(&mut self, now: Instant) -> bool {
        let (at, network) = (self.clock.session(now), self.links.statistics());
        let statistics = VoiceStatistics::of(&self.client, at, self.links.transport(), network);
        let statistics = VoiceStatistics {
            uplink: self.quality.uplink(),
            speakers: self.playback.rows(),
            traces_dropped: self.playback.traces_dropped(),
            capture: self.capture.row(),
            engine_input: self.capture.engine_row(),
            engine_output: self.playback.engine_row(),
            player_streams: self.playback.stream_rows(),
            ..statistics
        };
        #[cfg(feature = "devices")]
        let statistics = self.devices.add_to(statistics);
        let speaks = self.talking.is_heard(&self.client);
        self.watch.look(now, &statistics, speaks, self.shared.snapshot.has_observers(now));
        let is_last = self.end.is_some();
        let is_shown = self.shared.snapshot.publish(now, is_last, || self.fill(now, &statistics));
        self.shared.statistics.publish(statistics) && is_shown
    }

    fn fill(&self, now: Instant, counted: &VoiceStatistics) -> ClientSnapshot {
        let mut snapshot = ClientSnapshot::default();
        let watch = &self.watch;
        snapshot.uptime_ms = now.saturating_duration_since(watch.begun).as_millis() as u64;
        snapshot.mode = watch.mode.into();
        snapshot.name = self.own_name.to_string();
        snapshot.id = self.client.id().map(|id| id.0);
        snapshot.status = match self.client.status() {
            _ if self.end.is_some() => ConnectionState::Disconnected,
            Status::Connected => ConnectionState::Connected,
            Status::Degraded => ConnectionState::Connecting,
            Status::Disconnected => ConnectionState::Disconnected,
        };
        snapshot.trouble = self.end.as_ref().map(End::to_string).or_else(|| watch.trouble.clone());
        if let Some(End::Output(failure)) = &self.end {
            snapshot.output_trouble = Some(failure.to_string());
        }
        snapshot.knows_all_players = watch.knows_all_players && snapshot.status == ConnectionState::Connected;
        snapshot.rooms = self.client.rooms().map(str::to_owned).collect();
        snapshot.refused_rooms = self.rooms.refused().map(str::to_owned).collect();
        let own_priority = self.client.voice().priority();
        let channels = self.talking.wanted_channels();
        snapshot.channels = channels.map(|channel| channel_row(&channel, own_priority)).collect();
        let restrictions = self.client.own_restrictions().all();
        let reason = |restriction| restrictions.terms(restriction).map(|terms| terms.reason.to_string());
        snapshot.server_muted = reason(Restriction::Muted);
        snapshot.server_deafened = reason(Restriction::Deafened);
        snapshot.tokens = self.shared.own_voice.tokens().to_vec();
        snapshot.token_rules = self.shared.own_voice.missing_tokens().rules(now);
        let tokens = &snapshot.tokens;
        snapshot.token_rules.retain(|rule| !rule.needs.iter().any(|token| tokens.contains(token)));
        (snapshot.muted, snapshot.deafened) =
            (self.shared.switches.is_muted(), self.shared.switches.is_deafened());
        snapshot.master_volume = self.playback.master_volume();
        snapshot.max_voices = watch.max_voices;
        let (chat, has_ended) = (self.talking.chat(), self.capture.has_ended());
        let capture = counted.capture.as_ref();
        let sent = (activation(chat, self.talking.wanted_channels()), chat.key_held);
        snapshot.capture = capture.map(|row| capture_snapshot(now, row, sent, has_ended, &watch.own));
        #[cfg(feature = "devices")]
        {
            let (microphone, loudspeaker) = self.devices.used(counted);
            snapshot.microphone = microphone.map(device_snapshot);
            snapshot.loudspeaker = loudspeaker.map(device_snapshot);
        }
        // Replaces the devices, if the game uses an engine in their place.
        if let Some(engine) = &counted.engine_input {
            snapshot.microphone = Some(engine_snapshot(engine));
        }
        if let Some(engine) = &counted.engine_output {
            snapshot.loudspeaker = Some(engine_snapshot(engine));
        }
        snapshot.uplink = uplink_snapshot(counted);
        snapshot.network = network_row(counted);
        snapshot.encryption = encryption_row(&self.shared.encryption.get());
        self.fill_players(now, counted, &mut snapshot);
        snapshot.notes = watch.notes();
        snapshot
    }

    fn fill_players(&self, now: Instant, counted: &VoiceStatistics, snapshot: &mut ClientSnapshot) {
        let receptions: HashMap<&str, _> =
            counted.speakers.iter().map(|row| (&*row.name, &row.reception)).collect();
        for player in self.client.players().iter() {
            let (name, state) = (player.name, self.shared.players.find(player.name));
            let reception = receptions.get(name).copied();
            let mut row =
                player_row(now, &self.own_name, &player, state.as_deref(), reception, self.watch.past(name));
            row.distance_m = self.playback.distance_m(name);
            let stream = self.playback.stream_row(name);
            row.stream = stream.as_ref().map(engine_snapshot);
            row.undecodable_because = self.watch.undecodable(name);
            snapshot.players.push(row);
        }
    }
}
