namespace UdpKit
{
    public class UdpSession
    {
        public string HostName { get; set; }
    }
}

namespace Photon.Bolt
{
    public static class BoltNetwork
    {
        public static bool IsRunning { get; set; }
    }
}

namespace Photon.Bolt.Matchmaking
{
    public static class BoltMatchmaking
    {
        public static UdpKit.UdpSession CurrentSession { get; set; }
    }
}
