using System;

namespace Steamworks
{
    public enum EChatRoomEnterResponse
    {
        k_EChatRoomEnterResponseSuccess = 1,
        k_EChatRoomEnterResponseDoesntExist = 2
    }

    public struct LobbyEnter_t
    {
        public ulong m_ulSteamIDLobby;
        public uint m_EChatRoomEnterResponse;
    }

    public sealed class Callback<T> : IDisposable
    {
        public delegate void DispatchDelegate(T param);

        private static DispatchDelegate _all;
        private readonly DispatchDelegate _own;

        private Callback(DispatchDelegate own)
        {
            _own = own;
            _all += own;
        }

        public static Callback<T> Create(DispatchDelegate func)
        {
            return new Callback<T>(func);
        }

        public static void StubRaise(T param)
        {
            if (_all != null)
                _all(param);
        }

        public void Dispose()
        {
            _all -= _own;
        }
    }
}
