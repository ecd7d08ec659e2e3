using System.Collections.Generic;

namespace Dissonance.Networking
{
    /// <summary>Which ids are taken: fresh ones count up, free ones are used again, the highest first.</summary>
    internal sealed class ClientIds
    {
        private readonly SortedSet<int> _free = new SortedSet<int>();
        private int _fresh;

        internal ushort Take()
        {
            if (_free.Count == 0)
                return (ushort)_fresh++;
            var id = _free.Max;
            _free.Remove(id);
            return (ushort)id;
        }

        /// <summary>Freeing the last id also forgets the free ids right below it. False if it was not taken.</summary>
        internal bool GiveBack(int id)
        {
            if (id >= _fresh || !_free.Add(id))
                return false;
            while (_free.Count > 0 && _free.Max == _fresh - 1)
                _free.Remove(--_fresh);
            return true;
        }
    }
}
