// Hears what a page plays through Web Audio, sample for sample, without a change to the page: whatever is connected to a
// context's destination is connected to a recorder as well. Also tells by which protocol voices come. Pages know nothing of it.
(() => {
    const recordings = [];
    const recorders = new WeakMap();
    const players = new Set();

    // Chromium's way, which loses nothing however busy the page is.
    function processor(context, chunks) {
        const node = new MediaStreamAudioDestinationNode(context);
        const [track] = node.stream.getAudioTracks();
        const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 500 }).readable.getReader();
        const read = async () => {
            for (;;) {
                const { done, value } = await reader.read();
                if (done) return;
                chunks.push(mono(value));
                value.close();
            }
        };
        read();
        return node;
    }

    function mono(sound) {
        const sum = new Float32Array(sound.numberOfFrames);
        const channel = new Float32Array(sound.numberOfFrames);
        for (let plane = 0; plane < sound.numberOfChannels; plane += 1) {
            sound.copyTo(channel, { planeIndex: plane, format: "f32-planar" });
            for (let at = 0; at < sum.length; at += 1) sum[at] += channel[at] / sound.numberOfChannels;
        }
        return rounded(sum);
    }

    const rounded = (samples) => Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767);

    // Every browser's: an old kind of node that needs neither a file nor a thread of its own, which a page's rules might forbid.
    function script(context, chunks) {
        const node = context.createScriptProcessor(16384, 1, 1);
        Object.assign(node, { channelCount: 1, channelCountMode: "explicit" });
        node.onaudioprocess = ({ inputBuffer }) => chunks.push(rounded(inputBuffer.getChannelData(0)));
        // Only what is on its way to the loudspeaker is calculated; it says nothing.
        connect.call(node, context.destination);
        return node;
    }

    function recorder(context) {
        if (!recorders.has(context)) {
            const recording = { rate: context.sampleRate, chunks: [] };
            const node = (window.MediaStreamTrackProcessor ? processor : script)(context, recording.chunks);
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

    // Of the last connection: "udp" or "tcp".
    async function protocol() {
        const report = await connections.at(-1).getStats();
        const all = [...report.values()];
        const id = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
        const pair = all.find((one) => one.type === "candidate-pair" && (id === undefined ? one.selected : one.id === id));
        return report.get(pair.localCandidateId).protocol;
    }

    function base64(chunks) {
        let bytes = "";
        for (const chunk of chunks) bytes += String.fromCharCode(...new Uint8Array(chunk.buffer));
        return btoa(bytes);
    }

    window.ear = {
        // From now on.
        forget: () => recordings.forEach((recording) => recording.chunks.splice(0)),
        // Each context's sound since then: 16 bits, mono, little endian.
        heard: () => recordings.map(({ rate, chunks }) => ({ rate, sound: base64(chunks) })),
        protocol,
        // Seconds of the longest.
        seconds: () => Math.max(0, ...recordings.map(({ rate, chunks }) => chunks.reduce((sum, chunk) => sum + chunk.length, 0) / rate)),
        // What sounds beside Web Audio, and so would be heard twice.
        loose: () => [...players].filter((player) => !player.paused && !player.muted && player.volume > 0).length,
    };
})();
