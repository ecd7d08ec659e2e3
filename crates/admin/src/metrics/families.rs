//! All metrics: names, units, labels and descriptions.
//!
//! Names follow <https://prometheus.io/docs/practices/naming/>: base units, `_total` for counters.

use consonance_link::{MetricFamily, MetricKind};

/// All metrics but those of [`Observation::network_families`](super::Observation::network_families), in the order of
/// the output; those that only some networks have come last.
pub fn families() -> impl Iterator<Item = &'static MetricFamily> {
    ALL.iter().copied().chain(consonance_link::network_metric_families())
}

macro_rules! families {
    ($($id:ident: $kind:ident $name:literal $([$($label:literal),+])? $about:literal;)*) => {
        $(pub(super) static $id: MetricFamily = MetricFamily {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($($label),+)?],
            about: $about,
        };)*
        const ALL: &[&MetricFamily] = &[$(&$id),*];
    };
}

families! {
    BUILD_INFO: Gauge "consonance_build_info" ["version"]
        "Always 1; the label is the program's version.";
    UPTIME: Gauge "consonance_uptime_seconds"
        "Time since the server started.";
    SESSIONS: Gauge "consonance_sessions"
        "Open sessions.";
    SESSIONS_STARTED: Counter "consonance_sessions_started_total"
        "On-demand sessions opened by a join.";
    SESSIONS_ENDED: Counter "consonance_sessions_ended_total"
        "Sessions closed because they were empty.";
    SESSIONS_REFUSED: Counter "consonance_sessions_refused_total" ["reason"]
        "Joins refused: unknown, no such session; full, no further session can be opened.";
    CLIENTS: Gauge "consonance_clients"
        "Players in sessions.";
    LINK_LOSS: Gauge "consonance_link_loss_clients" ["at_most"]
        "Players by recent loss of their voice towards the server, as a ratio.";
    SESSION_CLIENTS: Gauge "consonance_session_clients" ["session"]
        "Players in a session, for the largest.";
    SESSION_PACKETS: Counter "consonance_session_packets_received_total" ["session"]
        "Packets received for these sessions.";

    WORKER_BUSY: Gauge "consonance_worker_busy_ratio" ["worker"]
        "Recent share of time that a worker was busy.";
    WORKER_ITERATIONS: Counter "consonance_worker_iterations_total" ["worker"]
        "Loop iterations; a constant value means a hang.";
    WORKER_SESSIONS: Gauge "consonance_worker_sessions" ["worker"]
        "Sessions on a worker.";
    WORKER_CLIENTS: Gauge "consonance_worker_clients" ["worker"]
        "Players on a worker.";
    WORKER_PACKETS: Counter "consonance_worker_packets_total" ["worker", "direction"]
        "Packets from and to networks; one for ten listeners counts ten times.";
    WORKER_JOBS: Gauge "consonance_worker_jobs_waiting" ["worker"]
        "Requests waiting for a worker.";
    WORKER_SHEDDING: Gauge "consonance_worker_shedding_step" ["worker"]
        "Load shedding step: 0 none, 1 newcomers refused, 2 to 4 also fewer voices per room.";
    RELAY_DELAY: Histogram "consonance_relay_delay_seconds"
        "Time that relayed voice spends in a worker.";

    PACKETS_RECEIVED: Counter "consonance_packets_received_total"
        "Packets received for sessions, valid or not.";
    BYTES_RECEIVED: Counter "consonance_received_bytes_total"
        "Bytes of these packets.";
    VOICE_RECEIVED: Counter "consonance_voice_frames_received_total" ["route"]
        "Voice frames relayed: listed, to the sender's list; by_room, to listeners found by the server.";
    VOICE_SENT: Counter "consonance_voice_frames_sent_total"
        "Voice packets sent, one per listener.";
    DROPPED: Counter "consonance_packets_dropped_total" ["reason"]
        "Packets of players that were dropped.";
    VOICE_HELD_BACK: Counter "consonance_voice_frames_speaker_limited_total"
        "Frames not sent, as enough speakers were nearer or louder.";
    JOINS_REFUSED: Counter "consonance_joins_refused_total" ["reason"]
        "Players and links that were refused.";
    JOINS_POSTPONED: Counter "consonance_joins_postponed_total"
        "Handshakes ignored because too many players waited.";
    NAMES_AWAITED: Counter "consonance_names_awaited_total"
        "Newcomers that waited for a name in use.";
    NAMES_TAKEN_OVER: Counter "consonance_names_taken_over_total"
        "Silent players removed for a newcomer with their name.";
    ROOMS_REFUSED: Counter "consonance_rooms_refused_total" ["reason"]
        "Refused room entries.";
    ROOM_COLLISIONS: Counter "consonance_room_collisions_total"
        "Rooms opened under a number in use.";
    LINKS_CLOSED: Counter "consonance_links_closed_total" ["reason"]
        "Links closed for what they sent.";
    CLIENTS_RESUMED: Counter "consonance_clients_resumed_total"
        "Players that reconnected and resumed.";
    RESERVATIONS_RELEASED: Counter "consonance_reservations_released_total"
        "Reservations that expired.";
    REPORTS_SENT: Counter "consonance_voice_reports_sent_total"
        "Reception reports sent to speakers.";
    REPORTS_RECEIVED: Counter "consonance_voice_reports_received_total"
        "Reception reports accepted from listeners.";
    POSITIONS_RECEIVED: Counter "consonance_position_reports_received_total"
        "Position reports accepted from players.";
    INTERNAL_LOST: Counter "consonance_internal_messages_lost_total" ["what"]
        "Events and commands not processed in time: a fault of the server.";

    OTHER: Counter "consonance_session_other_total" ["counter"]
        "Other session counters, by name.";

    BANS: Gauge "consonance_bans"
        "Stored bans.";
    STORE_WRITES: Counter "consonance_store_writes_total"
        "Changes written to disk.";
    STORE_ERRORS: Counter "consonance_store_errors_total"
        "Failed writes; each is retried.";
    STORE_WAITING: Gauge "consonance_store_writes_waiting"
        "Changes waiting to be written.";
    STORE_DROPPED: Counter "consonance_store_writes_dropped_total"
        "Changes kept only in memory, as too many waited.";
    REPORT_BUFFER: Gauge "consonance_report_buffer_bytes"
        "Bytes of voice in memory for reports.";
    REPORT_BUFFER_DROPPED: Counter "consonance_report_buffer_frames_dropped_total"
        "Voice frames left out for lack of space.";
    REPORTS: Gauge "consonance_reports"
        "Stored reports of players.";

    HOOK_ASKED: Counter "consonance_joining_hook_requests_total"
        "Requests to the joining hook.";
    HOOK_ANSWERED: Counter "consonance_joining_hook_responses_total" ["answer"]
        "Their results: allowed; denied; failed; overflowed, as too many waited.";

    WEBHOOK_EVENTS: Counter "consonance_webhook_events_total" ["webhook", "result"]
        "Events, by the webhook's host: delivered; overflowed, as too many waited; given_up.";
    WEBHOOK_FAILED: Counter "consonance_webhook_attempts_failed_total" ["webhook"]
        "Failed requests to a webhook.";
    WEBHOOK_WAITING: Gauge "consonance_webhook_events_waiting" ["webhook"]
        "Events waiting for a webhook.";

    CLUSTER_CONNECTED: Gauge "consonance_cluster_connected"
        "1 with a connection to NATS, 0 without.";
    CLUSTER_DISCONNECTS: Counter "consonance_cluster_disconnects_total"
        "Lost connections to NATS.";
    CLUSTER_MESSAGES: Counter "consonance_cluster_messages_total" ["result"]
        "Messages for other servers: published; dropped.";
    CLUSTER_SLOW: Counter "consonance_cluster_slow_consumer_total"
        "Messages of other servers dropped as too many waited.";
    CLUSTER_MALFORMED: Counter "consonance_cluster_malformed_total"
        "Unreadable messages of other servers.";
    CLUSTER_NODES: Gauge "consonance_cluster_nodes"
        "Other servers whose heartbeats arrive.";
    CLUSTER_SESSIONS: Gauge "consonance_cluster_sessions" ["role"]
        "Sessions with players here: owner, this server's; edge, another server's.";
    CLUSTER_TAKEOVERS: Counter "consonance_cluster_takeovers_total"
        "Sessions taken over from a lost server.";
    CLUSTER_BUNDLES: Counter "consonance_cluster_bundles_total"
        "Bundles of messages for other servers.";
    CLUSTER_BUNDLE_BYTES: Counter "consonance_cluster_bundles_bytes_total"
        "Their bytes.";
    CLUSTER_VOICE: Counter "consonance_cluster_voice_frames_total" ["result"]
        "Voice frames for other servers: sent; dropped.";
    CLUSTER_RESENT: Counter "consonance_cluster_resends_total"
        "Retransmitted reliable messages.";

    OTLP_SPANS: Counter "consonance_otlp_spans_total" ["result"]
        "Spans for an OpenTelemetry collector: exported; rejected by it; overflowed.";
    OTLP_REQUESTS: Counter "consonance_otlp_requests_total" ["signal", "result"]
        "Requests to the collector: delivered; failed, to be retried; rejected, and not retried.";

    RECORDINGS: Gauge "consonance_recordings" ["state"]
        "Recordings: live, in progress; finished, on disk.";
    RECORDING_BYTES: Gauge "consonance_recordings_bytes" ["state"]
        "Bytes of recordings.";
    RECORDINGS_ENDED: Counter "consonance_recordings_total" ["what"]
        "Recordings begun, refused, failed by a write error, removed for space.";
    RECORDING_DROPPED: Counter "consonance_recording_frames_dropped_total"
        "Frames missing in recordings, such as those faster than the disk.";

    LINKS: Gauge "consonance_links" ["network"]
        "Open links, joined or not; `edge` links belong to another worker, which counts them, too.";
    LINKS_ACCEPTED: Counter "consonance_links_accepted_total" ["network"]
        "Links opened.";
    LINKS_REFUSED: Counter "consonance_links_refused_total" ["network", "reason"]
        "Connection attempts and links that the network refused or ended.";
    NETWORK_PACKETS: Counter "consonance_network_packets_total" ["network", "direction", "delivery"]
        "Packets carried by a network; one for ten listeners counts ten times.";
    NETWORK_BYTES: Counter "consonance_network_bytes_total" ["network", "direction", "delivery"]
        "Their bytes, without the network's overhead.";
    NETWORK_DROPPED: Counter "consonance_network_packets_dropped_total" ["network", "reason"]
        "Packets dropped on the server's side.";

    PAGE_CONNECTIONS: Gauge "consonance_page_connections" ["listener"]
        "Connections to the listeners for browsers, WebSockets included.";
    PAGE_CONNECTIONS_MADE: Counter "consonance_page_connections_total" ["listener", "result"]
        "Connections to these listeners: accepted; rejected, too many from an address; tls_failed; unreadable; \
         timed_out, often harmless; broken_off, WebSockets.";
    PAGE_ANSWERS: Counter "consonance_page_responses_total" ["listener", "status"]
        "Responses by status class: 1xx WebSockets; 4xx such as invalid or too many offers; 5xx a full, busy or \
         closing server.";

    PROCESS_CPU: Counter "process_cpu_seconds_total"
        "CPU time of the process, user and system.";
    PROCESS_MEMORY: Gauge "process_resident_memory_bytes"
        "Resident memory of the process.";
    PROCESS_VIRTUAL: Gauge "process_virtual_memory_bytes"
        "Virtual memory of the process.";
    PROCESS_FDS: Gauge "process_open_fds"
        "Open file descriptors.";
    PROCESS_FDS_MAX: Gauge "process_max_fds"
        "Limit of open file descriptors.";
    PROCESS_THREADS: Gauge "process_threads"
        "Threads of the process.";
}
