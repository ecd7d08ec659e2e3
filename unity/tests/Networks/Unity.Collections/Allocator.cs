namespace Unity.Collections
{
    public enum Allocator
    {
        Temp = 2
    }
}
