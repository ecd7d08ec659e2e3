//! Every metric: its name, its unit, its labels and what it means.
//!
//! Names follow <https://prometheus.io/docs/practices/naming/>: base units, `_total` for what only grows.

/// One metric with all its samples.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it counts, in a sentence.
    pub about: &'static str,
}

/// Kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the process ends.
    Counter,
    /// It comes and goes.
    Gauge,
    /// How many observations lie where.
    Histogram,
}

impl Kind {
    /// As Prometheus calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// All of them, in the order in which they are written.
pub fn families() -> impl Iterator<Item = &'static Family> {
    ALL.iter().copied()
}

macro_rules! families {
    ($($id:ident: $kind:ident $name:literal $([$($label:literal),+])? $about:literal;)*) => {
        $(pub(super) static $id: Family = Family {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($($label),+)?],
            about: $about,
        };)*
        const ALL: &[&Family] = &[$(&$id),*];
    };
}

families! {
    BUILD_INFO: Gauge "consonance_build_info" ["version"]
        "Always 1; the version of the program is its label.";
    UPTIME: Gauge "consonance_uptime_seconds"
        "How long the server runs.";
    SESSIONS: Gauge "consonance_sessions"
        "Sessions that there are.";
    SESSIONS_BEGUN: Counter "consonance_sessions_begun_total"
        "Sessions that began because somebody joined them.";
    SESSIONS_ENDED: Counter "consonance_sessions_ended_total"
        "Sessions that ended because they were empty.";
    SESSIONS_REFUSED: Counter "consonance_sessions_refused_total" ["reason"]
        "Players who named a session that is not served: unknown, because nobody serves that name; full, because there are as many as may be.";
    CLIENTS: Gauge "consonance_clients"
        "Players who have joined a session.";
    LINK_LOSS: Gauge "consonance_link_loss_clients" ["at_most"]
        "Players by how much of their voice was lost of late on the way to the server, as a share; only those whose voice the server follows.";
    SESSION_CLIENTS: Gauge "consonance_session_clients" ["session"]
        "Players in a session; only with admin.metrics_sessions_max, and only of that many sessions.";
    SESSION_PACKETS: Counter "consonance_session_packets_received_total" ["session"]
        "Packets that came in for a session; as far as consonance_session_clients tells of it.";

    WORKER_BUSY: Gauge "consonance_worker_busy_ratio" ["worker"]
        "The share of its time in which a worker did something of late.";
    WORKER_TURNS: Counter "consonance_worker_turns_total" ["worker"]
        "How often a worker has turned; one that does not hangs.";
    WORKER_SESSIONS: Gauge "consonance_worker_sessions" ["worker"]
        "Sessions that a worker serves.";
    WORKER_CLIENTS: Gauge "consonance_worker_clients" ["worker"]
        "Players in these sessions.";
    WORKER_PACKETS: Counter "consonance_worker_packets_total" ["worker", "direction"]
        "Packets that a worker took and gave to the networks; one for ten listeners counts ten times.";
    WORKER_JOBS: Gauge "consonance_worker_jobs_waiting" ["worker"]
        "What operators and others asked a worker to do and it has not come to.";
    WORKER_SHEDDING: Gauge "consonance_worker_shedding_step" ["worker"]
        "What a worker gives up because it has too much to do: 0 nothing, 1 newcomers, 2 to 4 also voices above eight, four and two in each room.";
    RELAY_DELAY: Histogram "consonance_relay_delay_seconds"
        "How long relayed voice stays in a worker, from the network to the last listener.";

    PACKETS_RECEIVED: Counter "consonance_packets_received_total"
        "Packets that came in for sessions, good or bad.";
    BYTES_RECEIVED: Counter "consonance_received_bytes_total"
        "Their bytes.";
    VOICE_RECEIVED: Counter "consonance_voice_frames_received_total" ["route"]
        "Voice frames that were relayed: listed, with the sender's list of listeners; by_room, with listeners that the server found.";
    VOICE_SENT: Counter "consonance_voice_frames_sent_total"
        "Packets that these became, one for each listener.";
    DROPPED: Counter "consonance_packets_dropped_total" ["reason"]
        "Packets of players that were not taken, by reason.";
    VOICE_HELD_BACK: Counter "consonance_voice_frames_crowded_out_total"
        "How often a listener in range of a speaker was not sent a frame because enough others were nearer or louder.";
    JOINS_REFUSED: Counter "consonance_joins_refused_total" ["reason"]
        "Players and links that were not let in, by reason.";
    JOINS_POSTPONED: Counter "consonance_joins_postponed_total"
        "Handshakes that were passed over because too many waited to be admitted; their senders ask again.";
    NAMES_AWAITED: Counter "consonance_names_awaited_total"
        "Newcomers that began to wait for a name in use.";
    NAMES_TAKEN_OVER: Counter "consonance_names_taken_over_total"
        "Players removed because they no longer answered and a newcomer waited for their name.";
    ROOMS_REFUSED: Counter "consonance_rooms_refused_total" ["reason"]
        "Rooms that players were not let into, by reason.";
    ROOM_COLLISIONS: Counter "consonance_room_collisions_total"
        "Rooms that came into use while another name with the same number was: their listeners hear both.";
    LINKS_CLOSED: Counter "consonance_links_closed_total" ["reason"]
        "Links that the server closed for what came over them.";
    PLACES_RESUMED: Counter "consonance_places_resumed_total"
        "Players who lost their connection and came back to their place.";
    PLACES_GIVEN_UP: Counter "consonance_places_given_up_total"
        "Places that nobody came back to in time.";
    REPORTS_SENT: Counter "consonance_voice_reports_sent_total"
        "Reports to speakers of how their voice arrives.";
    REPORTS_RECEIVED: Counter "consonance_voice_reports_received_total"
        "Reports of listeners that were taken.";
    POSITIONS_RECEIVED: Counter "consonance_position_reports_received_total"
        "Reports of players of where they are that were taken.";
    INTERNAL_LOST: Counter "consonance_internal_messages_lost_total" ["what"]
        "Events and commands of a session that nobody took in time: a fault of the server's.";

    OTHER: Counter "consonance_session_other_total" ["counter"]
        "Whatever else sessions count, by its name in the program.";

    BANS: Gauge "consonance_bans"
        "Bans that are kept.";
    STORE_WRITES: Counter "consonance_store_writes_total"
        "Changes that the disk has taken.";
    STORE_ERRORS: Counter "consonance_store_errors_total"
        "How often the disk refused one; it is tried again.";
    STORE_WAITING: Gauge "consonance_store_writes_waiting"
        "Changes that wait for the disk.";
    STORE_DROPPED: Counter "consonance_store_writes_dropped_total"
        "Changes that are in memory only because too many waited for the disk.";
    KEPT_VOICES: Gauge "consonance_kept_voice_bytes"
        "Bytes of voice that are in memory for reports.";
    VOICES_NOT_KEPT: Counter "consonance_voice_frames_not_kept_total"
        "Voice frames that were to be kept for reports and found no room.";
    REPORTS: Gauge "consonance_reports"
        "Reports of players that are kept.";

    HOOK_ASKED: Counter "consonance_joining_hook_questions_total"
        "Questions to the joining hook about players who want in; 0 without a hook.";
    HOOK_ANSWERED: Counter "consonance_joining_hook_answers_total" ["answer"]
        "What came of them: allowed; denied; failed, without an answer that makes sense; overflowed, not asked because too many waited.";

    RECORDINGS: Gauge "consonance_recordings" ["state"]
        "Recordings: live ones are being made, finished ones are on the disk.";
    RECORDING_BYTES: Gauge "consonance_recordings_bytes" ["state"]
        "What they take.";
    RECORDINGS_ENDED: Counter "consonance_recordings_total" ["what"]
        "Recordings that were begun, refused for want of space or because of their folder, cut off because something could not be written (failed), and removed to make room.";
    RECORDING_DROPPED: Counter "consonance_recording_frames_dropped_total"
        "Frames missing in recordings, which came faster than the disk took them or just after a recording had ended by itself.";

    LINKS: Gauge "consonance_links" ["network"]
        "Links that are up, joined to a session or not.";
    LINKS_ACCEPTED: Counter "consonance_links_accepted_total" ["network"]
        "Links that ever were up.";
    LINKS_REFUSED: Counter "consonance_links_refused_total" ["network", "reason"]
        "Strangers and links that the network turned away or ended, by reason.";
    NETWORK_PACKETS: Counter "consonance_network_packets_total" ["network", "direction", "delivery"]
        "Packets that a network carried; one for ten listeners counts ten times.";
    NETWORK_BYTES: Counter "consonance_network_bytes_total" ["network", "direction", "delivery"]
        "Their bytes, without what the network adds.";
    NETWORK_DROPPED: Counter "consonance_network_packets_dropped_total" ["network", "reason"]
        "Packets that were thrown away on the server's side of a network, by reason.";

    PATHS: Gauge "consonance_fast_path_links" ["network", "state"]
        "Links that agreed on the fast path, and those of them whose voice takes it now (in_use); of the others it goes over the connection.";
    PATH_PACKETS: Counter "consonance_fast_path_packets_total" ["network", "direction"]
        "Packets that took the fast path.";
    PATH_FALLBACKS: Counter "consonance_fast_path_fallbacks_total" ["network"]
        "Packets for links with a fast path that went over the connection, because nothing came through on it, or not yet.";
    PATH_DATAGRAMS: Counter "consonance_fast_path_datagrams_total" ["network", "fate"]
        "Datagrams of the fast path: sent, or unsent because there was no room for them, their path closed while they waited for others, or the system refused them.";
    PATH_REFUSED: Counter "consonance_fast_path_refused_total" ["network", "reason"]
        "Datagrams beside the connections that were dropped as they came in, by reason; strangers may send what they like.";
    PATH_PROOFS: Counter "consonance_fast_path_addresses_total" ["network", "step"]
        "Addresses that clients were challenged to prove, and those that were proved.";

    GAME_MESSAGES: Counter "consonance_game_messages_total" ["network", "direction", "delivery"]
        "Messages that went through a proxy to games' servers and came from them, without voice.";
    GAME_BYTES: Counter "consonance_game_bytes_total" ["network", "direction", "delivery"]
        "Their bytes, without what the network adds.";
    GAME_VOICE_UNWANTED: Counter "consonance_game_voice_unwanted_total" ["network"]
        "Voice packets that a proxy took out and threw away, because the session had closed their speaker's voice.";
    GAME_UPSTREAMS: Counter "consonance_game_upstreams_ended_total" ["network", "reason"]
        "Connections of a proxy to games' servers that could not be made (failed), were ended by the server or lost, or were ended because the server was too slow.";

    BROWSER_OFFERS: Counter "consonance_browser_offers_total" ["result"]
        "Offers of pages in browsers that were taken, and those that nobody understood (refused).";
    BROWSER_VOICE: Counter "consonance_browser_voice_packets_total" ["direction"]
        "Packets of voice from pages (received), those of them that did not come (missing), and packets to pages (sent).";
    BROWSER_REPACKED: Counter "consonance_browser_voice_repacked_total"
        "Packets of voice from pages of another length than 20 ms that were taken apart or put together.";
    BROWSER_MESSAGES: Counter "consonance_browser_messages_total" ["direction"]
        "Control messages from pages and to them.";
    BROWSER_DROPPED: Counter "consonance_browser_dropped_total" ["what", "reason"]
        "What was dropped between pages and their players: voice of pages, most of it while they speak to nobody (without_channel); frames for pages, of speakers without a slot or whom the page ignores among others; messages of pages; datagrams at the port; TCP connections for datagrams, of nobody (stray) or beyond those that there may be (too_many); and content of datagrams, before a player sees it.";

    PAGE_CONNECTIONS: Gauge "consonance_page_connections" ["listener"]
        "Connections to the listeners for players with browsers, WebSockets included: the page's own, and what leads plain HTTP there (redirect).";
    PAGE_CONNECTIONS_MADE: Counter "consonance_page_connections_total" ["listener", "result"]
        "Connections to them that were accepted, turned away because there were too many from their address (turned_away), or accepted and came to nothing: to no TLS (tls_failed), to a request that nobody can read (unreadable), to no further request in time, as with browsers that have nothing more to ask (timed_out); and WebSockets that ended because their page kept no rules, was silent for too long or broke off (broken_off).";
    PAGE_ANSWERS: Counter "consonance_page_answers_total" ["listener", "status"]
        "What they answered, by the kind of the status: 1xx are WebSockets; 4xx are pages of other sites, wrong offers and too many of them, among others; 5xx is a server that is full, busy or closing.";

    PROCESS_CPU: Counter "process_cpu_seconds_total"
        "Processor time of the process, in user mode and in the system.";
    PROCESS_MEMORY: Gauge "process_resident_memory_bytes"
        "Memory of the process that is in use.";
    PROCESS_VIRTUAL: Gauge "process_virtual_memory_bytes"
        "Memory that the process has asked for.";
    PROCESS_FDS: Gauge "process_open_fds"
        "File descriptors that are open.";
    PROCESS_FDS_MAX: Gauge "process_max_fds"
        "File descriptors that may be.";
    PROCESS_THREADS: Gauge "process_threads"
        "Threads of the process.";
}
