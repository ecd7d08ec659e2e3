// Hears what a page plays through Web Audio, sample for sample, without a change to the page: whatever is connected to a
// context's destination is connected to a recorder as well. Also tells by which protocol voices come. Pages know nothing of it.
(() => {
    const recordings = [];
    const recorders = new WeakMap();
    const players = new Set();

    // Chromium's way, which loses nothing however busy the page is.
    function processor(context, { left, right }) {
        const node = new MediaStreamAudioDestinationNode(context);
        const [track] = node.stream.getAudioTracks();
        const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 500 }).readable.getReader();
        const read = async () => {
            for (;;) {
                const { done, value } = await reader.read();
                if (done) return;
                left.push(plane(value, 0));
                right.push(plane(value, value.numberOfChannels - 1));
                value.close();
            }
        };
        read();
        return node;
    }

    function plane(sound, planeIndex) {
        const samples = new Float32Array(sound.numberOfFrames);
        sound.copyTo(samples, { planeIndex, format: "f32-planar" });
        return rounded(samples);
    }

    const rounded = (samples) => Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);

    // Every browser's: an old kind of node that needs neither a file nor a thread of its own, which a page's rules might forbid.
    function script(context, { left, right }) {
        const node = context.createScriptProcessor(16384, 2, 1);
        node.onaudioprocess = ({ inputBuffer }) => {
            left.push(rounded(inputBuffer.getChannelData(0)));
            right.push(rounded(inputBuffer.getChannelData(1)));
        };
        // Only what is on its way to the loudspeaker is calculated; it says nothing.
        connect.call(node, context.destination);
        return node;
    }

    function recorder(context) {
        if (!recorders.has(context)) {
            const recording = { rate: context.sampleRate, left: [], right: [] };
            const node = (window.MediaStreamTrackProcessor ? processor : script)(context, recording);
            recordings.push(recording);
            recorders.set(context, node);
        }
        return recorders.get(context);
    }

    const isHeard = (node) => node instanceof AudioDestinationNode && node.context instanceof AudioContext;
    const { connect, disconnect } = AudioNode.prototype;
    AudioNode.prototype.connect = function (target, ...rest) {
        if (isHeard(target)) connect.call(this, recorder(target.context), ...rest.slice(0, 1));
        return connect.call(this, target, ...rest);
    };
    AudioNode.prototype.disconnect = function (target, ...rest) {
        if (isHeard(target)) disconnect.call(this, recorder(target.context), ...rest.slice(0, 1));
        return arguments.length === 0 ? disconnect.call(this) : disconnect.call(this, target, ...rest);
    };
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
        players.add(this);
        return play.call(this);
    };

    const connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...settings) {
            super(...settings);
            connections.push(this);
        }
    };

    // What the last connection tells of itself, by the names of the W3C's "Identifiers for WebRTC's Statistics API".
    const report = () => connections.at(-1).getStats();

    // "udp" or "tcp" straight to the server, or "relay".
    async function protocol() {
        const told = await report();
        const all = [...told.values()];
        const id = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
        const pair = all.find((one) => one.type === "candidate-pair" && (id === undefined ? one.selected : one.id === id));
        const candidate = told.get(pair.localCandidateId);
        return candidate.candidateType === "relay" ? "relay" : candidate.protocol;
    }

    async function total(type, counter) {
        const entries = [...(await report()).values()].filter((one) => one.type === type && one.kind === "audio");
        return entries.reduce((sum, one) => sum + (one[counter] ?? 0), 0);
    }

    function base64(chunks) {
        let bytes = "";
        for (const chunk of chunks) bytes += String.fromCharCode(...new Uint8Array(chunk.buffer));
        return btoa(bytes);
    }

    window.ear = {
        // From now on.
        forget: () => recordings.forEach(({ left, right }) => [left, right].forEach((chunks) => chunks.splice(0))),
        // Each context's sound since then: 16 bits, little endian.
        heard: () => recordings.map(({ rate, left, right }) => ({ rate, left: base64(left), right: base64(right) })),
        protocol,
        // Packets of all voices so far.
        voicePackets: () => total("inbound-rtp", "packetsReceived"),
        // What has left the microphone for the encoder so far: a second of the loudest that can be is 1.
        energySent: () => total("media-source", "totalAudioEnergy"),
        // Seconds of the longest.
        seconds: () => Math.max(0, ...recordings.map(({ rate, left }) => left.reduce((sum, chunk) => sum + chunk.length, 0) / rate)),
        // What sounds beside Web Audio, and so would be heard twice.
        loose: () => [...players].filter((player) => !player.paused && !player.muted && player.volume > 0).length,
    };
})();
