using Photon.Realtime;

namespace Photon.Pun
{
    public static class PhotonNetwork
    {
        public static Room CurrentRoom { get; set; }
        public static string CloudRegion { get; set; }

        public static bool InRoom
        {
            get { return CurrentRoom != null; }
        }
    }
}
