// The WebSocket of a page for JavaScriptPacketLink.cs, which polls it: docs/networks/websocket.md has the messages.
var ConsonanceWebSocket = {
  $consonanceSockets: {
    next: 1,
    all: {},
    // Messages of the server that the game has not taken, in bytes; later voice takes the place of earlier voice.
    reliableBytesMax: 1 << 20,
    voiceBytesMax: 1 << 18,
    // Voice that waits longer is of no use.
    bufferedBytesMax: 2048,
    pingMs: 5000,
    silenceMs: 15000,
    connectMs: 10000,

    end: function (socket, reason) {
      if (socket.state === 2) return;
      socket.state = 2;
      socket.reason = reason;
      socket.socket.close();
    },

    take: function (socket, message) {
      socket.pingAt = 0;
      var kind = message[0];
      if (kind === 2 && socket.state === 0) {
        socket.state = 1;
      } else if (kind === 0) {
        socket.reliable.push(message);
        socket.reliableBytes += message.length;
        if (socket.reliableBytes > consonanceSockets.reliableBytesMax) {
          consonanceSockets.end(socket, "the game has taken no packets for too long");
        }
      } else if (kind === 1) {
        socket.voice.push(message);
        socket.voiceBytes += message.length;
        while (socket.voiceBytes > consonanceSockets.voiceBytesMax) {
          socket.voiceBytes -= socket.voice.shift().length;
        }
      }
    },

    // Called in every frame: asks for a sign of life, and notices that none comes.
    watch: function (socket) {
      var now = Date.now();
      if (socket.state === 0 && now - socket.openedAt > consonanceSockets.connectMs) {
        consonanceSockets.end(socket, "the server does not answer");
      }
      if (socket.state !== 1) return;
      if (socket.pingAt !== 0 && now - socket.pingAt > consonanceSockets.silenceMs - consonanceSockets.pingMs) {
        consonanceSockets.end(socket, "the server does not answer");
      } else if (socket.pingAt === 0 && now - socket.saidAt > consonanceSockets.pingMs) {
        socket.pingAt = socket.saidAt = now;
        socket.socket.send(new Uint8Array([3]));
      }
    }
  },

  ConsonanceSocketOpen: function (url) {
    var id = consonanceSockets.next++;
    var socket = {
      state: 0, reason: "", reliable: [], voice: [], reliableBytes: 0, voiceBytes: 0,
      pingAt: 0, openedAt: Date.now(), saidAt: Date.now()
    };
    consonanceSockets.all[id] = socket;
    try {
      socket.socket = new WebSocket(UTF8ToString(url), "consonance.v1");
    } catch (error) {
      socket.state = 2;
      socket.reason = String(error);
      socket.socket = { close: function () {}, send: function () {}, bufferedAmount: 0 };
      return id;
    }
    socket.socket.binaryType = "arraybuffer";
    socket.socket.onmessage = function (event) {
      var message = new Uint8Array(event.data);
      if (message.length > 0 && socket.state !== 2) consonanceSockets.take(socket, message);
    };
    socket.socket.onclose = function (event) {
      var words = event.code === 1006 ? "no connection to the server" : "closed with the code " + event.code;
      consonanceSockets.end(socket, event.reason || words);
    };
    return id;
  },

  ConsonanceSocketState: function (id) {
    var socket = consonanceSockets.all[id];
    if (!socket) return 2;
    consonanceSockets.watch(socket);
    return socket.state;
  },

  // A message, with its first byte; gives its length, or -1 where none waits. A message that does not fit is lost.
  ConsonanceSocketReceive: function (id, buffer, capacity) {
    var socket = consonanceSockets.all[id];
    if (!socket) return -1;
    var message = socket.reliable.shift();
    if (message) socket.reliableBytes -= message.length;
    else if ((message = socket.voice.shift())) socket.voiceBytes -= message.length;
    if (!message || message.length > capacity) return -1;
    HEAPU8.set(message, buffer);
    return message.length;
  },

  ConsonanceSocketSend: function (id, bytes, length, isReliable) {
    var socket = consonanceSockets.all[id];
    if (!socket || socket.state !== 1) return;
    if (!isReliable && socket.socket.bufferedAmount >= consonanceSockets.bufferedBytesMax) return;
    socket.saidAt = Date.now();
    // A copy: the heap may move while the message waits.
    var message = new Uint8Array(length + 1);
    message[0] = isReliable ? 0 : 1;
    message.set(HEAPU8.subarray(bytes, bytes + length), 1);
    socket.socket.send(message);
  },

  // Why it has ended, in UTF-8; gives its length.
  ConsonanceSocketReason: function (id, buffer, capacity) {
    var socket = consonanceSockets.all[id];
    var text = new TextEncoder().encode(socket ? socket.reason : "");
    var length = Math.min(text.length, capacity);
    HEAPU8.set(text.subarray(0, length), buffer);
    return length;
  },

  ConsonanceSocketClose: function (id) {
    var socket = consonanceSockets.all[id];
    if (!socket) return;
    delete consonanceSockets.all[id];
    consonanceSockets.end(socket, "closed");
  }
};

autoAddDeps(ConsonanceWebSocket, "$consonanceSockets");
mergeInto(LibraryManager.library, ConsonanceWebSocket);
