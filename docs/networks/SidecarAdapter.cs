// The core of a sidecar adapter, without types of any engine: docs/networks/sidecar.md. The game calls Poll once per
// frame on one thread, and Joined, Left and Packet for what its network reports.
using System; using System.Collections.Generic; using System.Net.Sockets;
using System.Security.Cryptography; using System.Text;

public sealed class SidecarAdapter : IDisposable
{
    public Action<ulong, bool, byte[]> SendToPlayer;   // player, reliable, packet
    public Action<ulong, string> Kick;
    readonly string host; readonly int port; readonly string session, name; readonly byte[] secret;
    readonly Dictionary<ulong, string> players = new Dictionary<ulong, string>();
    readonly byte[] inbox = new byte[1 << 16]; int filled;
    readonly Queue<byte[]> control = new Queue<byte[]>(), voice = new Queue<byte[]>();
    Socket socket; byte[] hello, challenge, piece; int sent; bool connecting, up;
    double retryAt, retry = 0.5, heardAt, saidAt, idle = 5, pace = 1.25; readonly Random random = new Random();

    public SidecarAdapter(string host, int port, string session, string name, string secret)
    { this.host = host; this.port = port; this.session = session; this.name = name; this.secret = Encoding.UTF8.GetBytes(secret); }

    public void Joined(ulong player, string address) { players[player] = address; if (up) SayJoined(player, false); }
    public void Left(ulong player) { if (players.Remove(player) && up) { DropVoiceOf(player); Say(20, Id(player)); } }
    public void Packet(ulong player, bool reliable, byte[] packet)
    {
        if (!up || packet.Length > 1024) return;
        if (!players.ContainsKey(player)) players[player] = "";
        var frame = Frame(16, new[] { (byte)(reliable ? 1 : 0) }, Id(player), packet);
        if (reliable) { control.Enqueue(frame); if (control.Count > 10000) Close(0); }
        else { voice.Enqueue(frame); while (voice.Count > 500) voice.Dequeue(); }
    }

    /// seconds: a clock that never goes back.
    public void Poll(double seconds)
    {
        try
        {
            if (socket == null) { if (seconds >= retryAt) Begin(seconds); return; }
            if (connecting) { if (!socket.Poll(0, SelectMode.SelectWrite)) { if (seconds > heardAt + 5) Close(seconds); return; } connecting = false; }
            while (socket.Available > 0 || socket.Poll(0, SelectMode.SelectRead))
            {
                int got = socket.Receive(inbox, filled, inbox.Length - filled, SocketFlags.None);
                if (got == 0) { Close(seconds); return; }
                filled += got; heardAt = seconds; if (!Read(seconds)) return;
            }
            if (seconds > heardAt + idle) { Close(seconds); return; }
            if (up && seconds > saidAt + pace) SayAlive();
            Flush(seconds);
        }
        catch (SocketException) { Close(seconds); }
    }

    public void Dispose() { if (socket != null) { if (up) { Say(5); try { Flush(0); } catch (SocketException) { } } socket.Close(); socket = null; } }

    void Begin(double seconds)
    {
        var nonce = new byte[16]; using (var rng = RandomNumberGenerator.Create()) rng.GetBytes(nonce);
        var s = Encoding.UTF8.GetBytes(session); var n = Encoding.UTF8.GetBytes(name);
        hello = Join(new byte[] { 0x43, 0x56, 0x53, 0x4C, 1 }, nonce, new[] { (byte)s.Length }, s, new[] { (byte)n.Length }, n);
        control.Clear(); voice.Clear(); piece = null; filled = 0; challenge = null; idle = 5; heardAt = seconds; retryAt = seconds + 10;
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true, SendBufferSize = 65536, ReceiveBufferSize = 65536 };
        connecting = true; Say(1, hello);
        try { socket.Connect(host, port); } catch (SocketException e) { if (e.SocketErrorCode != SocketError.WouldBlock && e.SocketErrorCode != SocketError.InProgress) Close(seconds); }
    }

    bool Read(double seconds)
    {
        int at = 0;
        while (filled - at >= 2)
        {
            int length = inbox[at] << 8 | inbox[at + 1];
            if (length == 0 || length > 4096) { Close(seconds); return false; }
            if (filled - at < 2 + length) break;
            var body = new byte[length - 1]; Buffer.BlockCopy(inbox, at + 3, body, 0, length - 1);
            if (!Handle(inbox[at + 2], body)) { Close(seconds); return false; }
            at += 2 + length;
        }
        Buffer.BlockCopy(inbox, at, inbox, 0, filled -= at); return true;
    }

    bool Handle(byte kind, byte[] b)
    {
        switch (kind)
        {
            case 2: if (up || b.Length < 17 || b[0] != 1) return false; challenge = b; Say(3, Proof("adapter")); return true;
            case 4:
                if (up || challenge == null || b.Length < 38) return false;
                var proof = Proof("server"); int differs = 0; for (int i = 0; i < 32; i++) differs |= proof[i] ^ b[i];
                if (differs != 0) return false;
                idle = Math.Max(1, b[32] << 8 | b[33]); up = true; retry = 0.5; pace = idle / 4;
                if (b.Length >= 40) { pace = Math.Min(pace, Math.Max(0.02, (b[38] << 8 | b[39]) / 1000.0)); SayAlive(); }
                foreach (var player in players.Keys) SayJoined(player, true);
                return true;
            case 5: return false;
            case 17:
                if (!up || b.Length < 2 || b.Length < 2 + 8 * b[1]) return false;
                var packet = new byte[b.Length - 2 - 8 * b[1]]; Buffer.BlockCopy(b, 2 + 8 * b[1], packet, 0, packet.Length);
                for (int i = 0; i < b[1]; i++) { var to = ReadId(b, 2 + 8 * i); if (players.ContainsKey(to)) SendToPlayer(to, (b[0] & 1) != 0, packet); }
                return true;
            case 21: if (b.Length < 8) return false; Kick(ReadId(b, 0), Encoding.UTF8.GetString(b, 8, b.Length - 8)); return true;
            default: return true;
        }
    }

    void Flush(double seconds)
    {
        while (true)
        {
            if (piece == null) { if (control.Count > 0) piece = control.Dequeue(); else if (up && voice.Count > 0) piece = voice.Dequeue(); else return; sent = 0; }
            int took = socket.Send(piece, sent, piece.Length - sent, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return;
            if (error != SocketError.Success) throw new SocketException((int)error);
            saidAt = seconds; if ((sent += took) == piece.Length) piece = null;
        }
    }

    void Close(double seconds) { socket?.Close(); socket = null; up = false; retryAt = seconds + retry * (0.5 + random.NextDouble() / 2); retry = Math.Min(10, retry * 2); }
    void DropVoiceOf(ulong player) { var id = Id(player); for (int n = voice.Count; n > 0; n--) { var f = voice.Dequeue(); bool own = true; for (int i = 0; i < 8; i++) own &= f[4 + i] == id[i]; if (!own) voice.Enqueue(f); } }
    void SayJoined(ulong player, bool wasThere) { Say(18, new[] { (byte)(wasThere ? 1 : 0) }, Id(player), Encoding.UTF8.GetBytes(players[player])); }
    void SayAlive() { var ms = (int)Math.Min(65535, pace * 1000); Say(6, new[] { (byte)(ms >> 8), (byte)ms }); }
    void Say(byte kind, params byte[][] parts) { control.Enqueue(Frame(kind, parts)); }
    byte[] Proof(string who) { using (var hmac = new HMACSHA256(secret)) return hmac.ComputeHash(Join(Encoding.ASCII.GetBytes("consonance sidecar " + who), hello, challenge)); }
    static byte[] Frame(byte kind, params byte[][] parts) { var body = Join(parts); var length = body.Length + 1; return Join(new[] { (byte)(length >> 8), (byte)length, kind }, body); }
    static byte[] Join(params byte[][] parts) { var all = new List<byte>(); foreach (var part in parts) all.AddRange(part); return all.ToArray(); }
    static byte[] Id(ulong id) { var b = BitConverter.GetBytes(id); if (BitConverter.IsLittleEndian) Array.Reverse(b); return b; }
    static ulong ReadId(byte[] b, int at) { ulong id = 0; for (int i = 0; i < 8; i++) id = id << 8 | b[at + i]; return id; }
}
