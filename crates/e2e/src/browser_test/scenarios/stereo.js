// A page that plays a tone on its left side only, and measures the sides of other players.
globalThis.join = async (name) => {
    const { connect, info } = await import("/consonance.js");
    const [session] = (await info()).sessions;
    const voice = await connect({ session, name, microphone: false, stereo: true, transport: "webrtc" });
    await voice.resume();
    voice.rooms.listen("lobby");
    voice.channels.open({ room: "lobby" }, { activation: "open" });
    const { input } = voice.microphone;
    const { context } = input;
    const sides = new ChannelMergerNode(context, { numberOfInputs: 2 });
    const tone = new OscillatorNode(context, { frequency: 440 });
    tone.connect(new GainNode(context, { gain: 0.3 })).connect(sides, 0, 0);
    sides.connect(input);
    tone.start();
    globalThis.voice = voice;
    return "joined";
};

// By how many dB a player is louder on the left, once it is heard; 99 if the right side is silent.
globalThis.leftOverRight = async (name) => {
    const wait = () => new Promise((done) => setTimeout(done, 50));
    while (!globalThis.voice.players.has(name)) await wait();
    const { audioNode } = globalThis.voice.players.get(name);
    const sides = new ChannelSplitterNode(audioNode.context, { numberOfOutputs: 2 });
    audioNode.connect(sides);
    const [left, right] = [0, 1].map((side) => {
        const analyser = new AnalyserNode(audioNode.context, { fftSize: 32768 });
        sides.connect(analyser, side);
        return analyser;
    });
    const samples = new Float32Array(left.fftSize);
    const power = (analyser) => {
        analyser.getFloatTimeDomainData(samples);
        return samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    };
    const until = performance.now() + 20000;
    while (performance.now() < until) {
        await wait();
        if (power(left) < 1e-4) continue;
        // The analysers' windows must contain the tone only.
        await new Promise((done) => setTimeout(done, 1500));
        return Math.min(99, 10 * Math.log10(power(left) / Math.max(power(right), 1e-12)));
    }
    return null;
};
