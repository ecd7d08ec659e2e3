// A network that lets no UDP through: a page is told of none of the server's addresses for it.
(() => {
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
        const lines = sdp.split("\r\n").filter((line) => !/^a=candidate:.* udp /i.test(line));
        return setRemoteDescription.call(this, { type, sdp: lines.join("\r\n") });
    };
})();
