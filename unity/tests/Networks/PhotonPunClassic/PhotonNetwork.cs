public class Room
{
    public string Name { get; set; }
}

public static class PhotonNetwork
{
    public static Room room { get; set; }

    public static bool inRoom
    {
        get { return room != null; }
    }
}
