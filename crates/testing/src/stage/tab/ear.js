// Records a page's Web Audio output, sample by sample and without changes to the page: every node that is connected to
// a context's destination is also connected to a recorder. Also reports the protocol that voices arrive by. Pages do
// not notice.
(() => {
    const recordings = [];
    const recorders = new WeakMap();
    const players = new Set();

    // For Chromium: loses no samples however busy the page is.
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

    // For all browsers: a deprecated node type that needs neither a file nor a thread of its own, which the page's
    // content security policy might forbid.
    function script(context, { left, right }) {
        const node = context.createScriptProcessor(16384, 2, 1);
        node.onaudioprocess = ({ inputBuffer }) => {
            left.push(rounded(inputBuffer.getChannelData(0)));
            right.push(rounded(inputBuffer.getChannelData(1)));
        };
        // Nodes are processed only if connected to the destination; this one outputs silence.
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

    // Statistics of the last connection, named as in the W3C's "Identifiers for WebRTC's Statistics API".
    const report = () => connections.at(-1).getStats();

    // "udp" or "tcp" for a direct connection to the server, or "relay".
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
        // Discards the recordings so far.
        forget: () => recordings.forEach(({ left, right }) => [left, right].forEach((chunks) => chunks.splice(0))),
        // Each context's sound since the last `forget`: 16 bits, little endian.
        heard: () => recordings.map(({ rate, left, right }) => ({ rate, left: base64(left), right: base64(right) })),
        protocol,
        // The number of voice packets received so far.
        voicePackets: () => total("inbound-rtp", "packetsReceived"),
        // The audio energy sent to the encoder so far: one second at full scale is 1.
        energySent: () => total("media-source", "totalAudioEnergy"),
        // The length of the longest recording, in seconds.
        seconds: () => Math.max(0, ...recordings.map(({ rate, left }) => left.reduce((sum, chunk) => sum + chunk.length, 0) / rate)),
        // The number of media elements that play outside of Web Audio, which the recorder misses.
        loose: () => [...players].filter((player) => !player.paused && !player.muted && player.volume > 0).length,
    };
})();
