namespace Consonance.Unity
{
    /// <summary>What a client joins.</summary>
    public struct ConsonanceSession
    {
        /// <summary>A session by name; null for that of the address.</summary>
        public ConsonanceSession(string name) : this()
        {
            Name = name;
        }

        /// <summary>The session's name; null for that of the address.</summary>
        public string Name { get; private set; }
    }
}
