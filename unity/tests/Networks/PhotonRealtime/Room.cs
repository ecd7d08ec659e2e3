namespace Photon.Realtime
{
    public class Room
    {
        public string Name { get; set; }
    }
}
