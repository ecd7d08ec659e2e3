namespace TNet
{
    public class TNManager : UnityEngine.MonoBehaviour
    {
        public static bool isInChannel { get; set; }
        public static int lastChannelID { get; set; }
    }
}
