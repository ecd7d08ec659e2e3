//! The counters of a server.

/// Declares the counters once: as fields, by name, and for adding up.
macro_rules! counters {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$meaning:meta])* pub $counter:ident: u64,)+ }) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$meaning])* pub $counter: u64,)+
        }

        impl $name {
            /// Each counter with its name.
            pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
                [$((stringify!($counter), self.$counter)),+].into_iter()
            }

            /// Adds the counters of another session.
            pub fn add(&mut self, other: &Self) {
                $(self.$counter = self.$counter.wrapping_add(other.$counter);)+
            }
        }
    };
}

counters! {
    /// Counters of one session since its start.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ServerStatistics {
        /// Received packets, good or bad.
        pub packets_in: u64,
        /// Their bytes.
        pub bytes_in: u64,
        /// Unreliable relays that were accepted: they list their listeners.
        pub frames_relayed: u64,
        /// Packets that these and `frames_routed` became, one per listener.
        pub frames_out: u64,
        /// Packets of a type that a server does not handle, and handshakes whose response is in transit.
        pub ignored: u64,
        /// Packets that could not be parsed.
        pub malformed: u64,
        /// Packets longer than the 1024 bytes that an original accepts.
        pub oversized: u64,
        /// Packets of another session; the sender was told.
        pub wrong_session: u64,
        /// Packets over a link that is not open.
        pub unknown_link: u64,
        /// Packets over a link that has not joined.
        pub not_joined: u64,
        /// Packets in another client's name, or of another session inside a relay.
        pub spoofed: u64,
        /// Handshakes without a name or with one over the limit.
        pub names_refused: u64,
        /// Rooms without a name, or over a limit.
        pub rooms_refused: u64,
        /// Relayed packets of a type that is not relayed.
        pub inner_refused: u64,
        /// Texts over the limit.
        pub texts_refused: u64,
        /// Handshakes whose codec has a frame size or sample rate of zero or over the limit.
        pub codecs_refused: u64,
        /// Rooms whose id is that of a room of the configuration with another name.
        pub rooms_reserved: u64,
        /// Listeners that were removed from a room because a client came with a token for another one with the same
        /// id.
        pub rooms_vacated: u64,
        /// Rooms over the maximum number of the session.
        pub rooms_exhausted: u64,
        /// Rooms that came into use while another name with the same id was: their listeners hear both.
        pub room_collisions: u64,
        /// Relays of voice over the rate of their link.
        pub voice_limited: u64,
        /// Other packets over the rate of their link.
        pub control_limited: u64,
        /// Relays to more destinations than the rate of their link allows.
        pub fan_out_limited: u64,
        /// Handshakes over the rate of their link.
        pub handshakes_limited: u64,
        /// Reception reports over the rate of their link.
        pub reports_limited: u64,
        /// Position reports over the rate of their link.
        pub positions_limited: u64,
        /// Position reports that are invalid: not a number, or too far away.
        pub positions_refused: u64,
        /// Position reports that were accepted.
        pub positions_received: u64,
        /// The number of times that a listener in range was not sent a frame because enough others were nearer or
        /// louder.
        pub streams_crowded: u64,
        /// Links closed because they broke the rules too often.
        pub abusers_closed: u64,
        /// Accepted commits of the group of an encrypted session.
        pub commits: u64,
        /// Commits that do not hold, or are not what was asked for; their makers are asked no more.
        pub commits_refused: u64,
        /// Complaints of members about accepted commits that gave them no keys.
        pub commit_complaints: u64,
        /// Parts of group messages that belong to no message, or to one that is too long.
        pub group_messages_refused: u64,
        /// Key packages that waited, since their client had sent too many.
        pub key_packages_delayed: u64,
        /// Handshakes of clients that cannot encrypt, where that is required.
        pub encryption_missing: u64,
        /// Packets that were dropped because too much waits to be sent.
        pub undrained: u64,
        /// Rooms that a client could not enter, or was removed from, because it is not allowed to listen to them.
        pub rooms_forbidden: u64,
        /// Frames and texts to rooms that their sender is not allowed to speak to.
        pub speech_forbidden: u64,
        /// Frames of more priority than their sender may have.
        pub priority_forbidden: u64,
        /// Visits that ended at the time that was set when they began.
        pub visits_ended: u64,
        /// Newcomers that asked for the name of a client here that is better confirmed.
        pub names_protected: u64,
        /// Newcomers that began to wait for a name in use.
        pub names_awaited: u64,
        /// Newcomers refused because the name is in use, or too many wait for names.
        pub names_in_use: u64,
        /// Clients removed because they no longer answered and a newcomer waited for their name.
        pub names_taken_over: u64,
        /// Frames of clients that an operator has muted.
        pub voice_muted: u64,
        /// Texts of clients that are muted.
        pub texts_muted: u64,
        /// Texts that followed the previous one too soon.
        pub texts_rate_limited: u64,
        /// Frames to rooms that have enough speakers without their sender.
        pub speakers_limited: u64,
        /// Frames that were dropped because the server is overloaded, and enough others speak there.
        pub voice_shed: u64,
        /// Rooms that a client could not enter because they have enough listeners without it.
        pub rooms_full: u64,
        /// Clients that an operator has removed.
        pub kicked: u64,
        /// Notices to clients about an operator's decisions.
        pub notices_sent: u64,
        /// Moderation requests from players.
        pub moderator_requests: u64,
        /// Those of them that were refused at once: the player is not allowed to moderate, or the target is not here.
        pub moderator_requests_refused: u64,
        /// Clients that were not admitted, or not in time.
        pub joins_refused: u64,
        /// Handshakes that were ignored because too many newcomers wait to be admitted; their senders ask again.
        pub joins_postponed: u64,
        /// Newcomers that were refused because the session is about to end, or the server is at its limit.
        pub newcomers_rejected: u64,
        /// Links refused because the session is full.
        pub links_refused: u64,
        /// Links closed because they did not join in time.
        pub handshakes_missed: u64,
        /// Clients that came back to the place that they had lost.
        pub places_resumed: u64,
        /// Places whose clients did not come back in time.
        pub places_given_up: u64,
        /// Tickets that were not valid, or no longer valid.
        pub tickets_refused: u64,
        /// Frames that came without a list of destinations.
        pub frames_routed: u64,
        /// Channels of frames that were not reported, because their speakers have sixteen others.
        pub channels_unmonitored: u64,
        /// Reports to speakers on how their voice arrives.
        pub reports_sent: u64,
        /// Accepted reports of listeners.
        pub reports_received: u64,
        /// Entries of these about a speaker that the listener does not hear, or that may not be reported to it.
        pub receptions_refused: u64,
        /// Events that were dropped because they were not polled in time.
        pub events_dropped: u64,
        /// Commands that were dropped because they were not polled in time.
        pub commands_dropped: u64,
    }
}
