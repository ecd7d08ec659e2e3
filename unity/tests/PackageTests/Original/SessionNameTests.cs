using System;
using System.Collections.Generic;
using Consonance.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>What the rooms of games' networks are called, by stand-ins for these.</summary>
    internal static class SessionNameTests
    {
        internal static void Add(Suite suite)
        {
            suite.Add("a_room_of_pun_2_is_named_with_its_region", Pun2);
            suite.Add("a_session_of_fusion_is_that_of_the_runner_that_runs", Fusion);
            suite.Add("a_steam_lobby_is_entered_by_itself_and_left_by_the_game", Steam);
            suite.Add("a_room_of_pun_classic_a_session_of_bolt_and_a_channel_of_tnet_are_named", Samples);
            suite.Add("a_server_of_mirror_tells_its_clients_a_name_of_its_own", Mirror);
            suite.Add("a_server_of_netcode_tells_its_clients_a_name_of_its_own", Netcode);
            suite.Add("a_server_of_fish_net_tells_its_clients_a_name_of_its_own", FishNet);
            suite.Add("a_server_of_purrnet_tells_its_clients_a_name_of_its_own", PurrNet);
            suite.Add("a_server_of_hlapi_tells_its_clients_a_name_of_its_own", Hlapi);
            suite.Add("the_name_that_a_game_sets_goes_before_all_others", SetByGame);
            suite.Add("a_name_is_made_once_and_not_in_every_frame", NoGarbage);
        }

        static void Pun2()
        {
            Check<Pun2SessionName>(name =>
            {
                Suite.Require(SessionName.Current == null, "named without a room");
                Photon.Pun.PhotonNetwork.CurrentRoom = new Photon.Realtime.Room { Name = "Arena" };
                Photon.Pun.PhotonNetwork.CloudRegion = "eu";
                Suite.AreEqual("Arena@eu", SessionName.Current, "name");
                name.Prefix = "match-";
                Suite.AreEqual("match-Arena@eu", SessionName.Current, "with a prefix");
                Photon.Pun.PhotonNetwork.CurrentRoom = null;
                Suite.Require(SessionName.Current == null, "named after it was left");
            });
        }

        static void Fusion()
        {
            Check<FusionSessionName>(name =>
            {
                List<global::Fusion.NetworkRunner> runners = global::Fusion.NetworkRunner.StubInstances;
                runners.Add(new GameObject("Idle").AddComponent<global::Fusion.NetworkRunner>());
                runners.Add(new GameObject("Runner").AddComponent<global::Fusion.NetworkRunner>());
                Suite.Require(SessionName.Current == null, "named without a session");
                runners[1].IsRunning = true;
                runners[1].SessionInfo = new global::Fusion.SessionInfo { Name = "Hall", Region = "us", IsValid = true };
                Suite.AreEqual("Hall@us", SessionName.Current, "name");
                runners.Clear();
                Suite.Require(SessionName.Current == null, "named without a runner");
            });
        }

        static void Steam()
        {
            Check<SteamLobbySessionName>(name =>
            {
                Enter(7, Steamworks.EChatRoomEnterResponse.k_EChatRoomEnterResponseDoesntExist);
                Suite.Require(SessionName.Current == null, "named after a lobby that was not entered");
                Enter(109775240917155, Steamworks.EChatRoomEnterResponse.k_EChatRoomEnterResponseSuccess);
                Suite.AreEqual("109775240917155", SessionName.Current, "name");
                name.Leave();
                Suite.Require(SessionName.Current == null, "named after it was left");
                name.enabled = false;
                Enter(9, Steamworks.EChatRoomEnterResponse.k_EChatRoomEnterResponseSuccess);
                Suite.AreEqual(0ul, name.Lobby, "lobby of a disabled component");
            });
        }

        static void Enter(ulong lobby, Steamworks.EChatRoomEnterResponse response)
        {
            Steamworks.Callback<Steamworks.LobbyEnter_t>.StubRaise(new Steamworks.LobbyEnter_t
            {
                m_ulSteamIDLobby = lobby,
                m_EChatRoomEnterResponse = (uint)response,
            });
        }

        static void Samples()
        {
            Check<PunClassicSessionName>(name =>
            {
                Suite.Require(SessionName.Current == null, "named without a room");
                PhotonNetwork.room = new global::Room { Name = "Old" };
                Suite.AreEqual("Old", SessionName.Current, "PUN Classic");
                PhotonNetwork.room = null;
            });
            Check<BoltSessionName>(name =>
            {
                Photon.Bolt.BoltNetwork.IsRunning = true;
                Suite.Require(SessionName.Current == null, "named without a session");
                Photon.Bolt.Matchmaking.BoltMatchmaking.CurrentSession = new UdpKit.UdpSession { HostName = "Duel" };
                Suite.AreEqual("Duel", SessionName.Current, "Bolt");
                Photon.Bolt.BoltNetwork.IsRunning = false;
                Suite.Require(SessionName.Current == null, "named after the end");
            });
            Check<Tnet3SessionName>(name =>
            {
                TNet.TNManager.lastChannelID = 12;
                Suite.Require(SessionName.Current == null, "named without a channel");
                TNet.TNManager.isInChannel = true;
                Suite.AreEqual("12", SessionName.Current, "TNet3");
                TNet.TNManager.lastChannelID = 13;
                Suite.AreEqual("13", SessionName.Current, "TNet3");
                TNet.TNManager.isInChannel = false;
            });
        }

        static void Mirror()
        {
            CheckShared<MirrorSessionName>(
                isServer => global::Mirror.NetworkServer.active = isServer,
                isClient =>
                {
                    global::Mirror.NetworkClient.isConnected = isClient;
                    global::Mirror.NetworkClient.connection =
                        new global::Mirror.NetworkConnectionToServer { isAuthenticated = isClient };
                });
        }

        static void Netcode()
        {
            global::Unity.Netcode.NetworkManager server = null, client = null;
            CheckShared<NetcodeSessionName>(
                isServer =>
                {
                    if (server == null)
                    {
                        server = new GameObject("Server").AddComponent<global::Unity.Netcode.NetworkManager>();
                        client = new GameObject("Client").AddComponent<global::Unity.Netcode.NetworkManager>();
                        server.StubOther = client;
                        client.StubOther = server;
                        client.StubId = 4;
                    }
                    server.IsServer = server.IsListening = isServer;
                    global::Unity.Netcode.NetworkManager.Singleton = isServer ? server : client;
                },
                isClient => client.IsConnectedClient = isClient);
        }

        static void FishNet()
        {
            global::FishNet.Managing.Server.ServerManager server = new global::FishNet.Managing.Server.ServerManager();
            global::FishNet.Managing.Client.ClientManager client = new global::FishNet.Managing.Client.ClientManager();
            server.StubClient = client;
            client.StubServer = server;
            global::FishNet.InstanceFinder.ServerManager = server;
            global::FishNet.InstanceFinder.ClientManager = client;
            CheckShared<FishNetSessionName>(
                isServer => server.Started = isServer,
                isClient =>
                {
                    client.Started = isClient;
                    client.Connection = new global::FishNet.Connection.NetworkConnection { IsAuthenticated = isClient };
                });
            global::FishNet.InstanceFinder.ServerManager = null;
            global::FishNet.InstanceFinder.ClientManager = null;
        }

        static void PurrNet()
        {
            global::PurrNet.NetworkManager server = new global::PurrNet.NetworkManager();
            global::PurrNet.NetworkManager client = new global::PurrNet.NetworkManager { StubOther = server };
            server.StubOther = client;
            CheckShared<PurrNetSessionName>(
                isServer =>
                {
                    server.isServer = isServer;
                    global::PurrNet.NetworkManager.main = isServer ? server : client;
                },
                isClient => client.isClient = isClient);
            global::PurrNet.NetworkManager.main = null;
        }

        static void Hlapi()
        {
            UnityEngine.Networking.NetworkClient client = new UnityEngine.Networking.NetworkClient();
            UnityEngine.Networking.NetworkClient.allClients.Add(client);
            CheckShared<HlapiSessionName>(
                isServer => UnityEngine.Networking.NetworkServer.active = isServer,
                isClient => client.isConnected = isClient);
            UnityEngine.Networking.NetworkClient.allClients.Clear();
        }

        static void SetByGame()
        {
            Check<Pun2SessionName>(name =>
            {
                Photon.Pun.PhotonNetwork.CurrentRoom = new Photon.Realtime.Room { Name = "Arena" };
                SessionName.Set("mine");
                Suite.AreEqual("mine", SessionName.Current, "set");
                SessionName.Set("");
                Suite.Require(SessionName.Current == null && SessionName.IsProvided, "set to none");
                SessionName.Set(null);
                Suite.Require(SessionName.Current.StartsWith("Arena"), "left to the component");
                Photon.Pun.PhotonNetwork.CurrentRoom = null;
                name.enabled = false;
                Suite.Require(!SessionName.IsProvided, "provided by nothing");
            });
        }

        static void NoGarbage()
        {
            Func<long> allocated = Allocations.Counter();
            if (allocated == null)
            {
                Console.WriteLine("skipped: this runtime does not count allocations");
                return;
            }
            Check<Pun2SessionName>(name =>
            {
                Photon.Pun.PhotonNetwork.CurrentRoom = new Photon.Realtime.Room { Name = "Arena" };
                for (int round = 0; round < 10; round++) Suite.Require(SessionName.Current != null, "no name");
                long before = allocated();
                for (int round = 0; round < 1000; round++) Suite.Require(SessionName.Current != null, "no name");
                long bytes = allocated() - before;
                Photon.Pun.PhotonNetwork.CurrentRoom = null;
                Suite.AreEqual(0L, bytes, "bytes of 1000 frames");
            });
        }

        /// <summary>In a running scene with the component.</summary>
        static void Check<T>(Action<T> check) where T : SessionName
        {
            using (PlayerLoop loop = new PlayerLoop(typeof(SessionName).Assembly))
            {
                T name = null;
                loop.Play(() => name = new GameObject("Session name").AddComponent<T>());
                loop.RunFrame(0.02);
                check(name);
            }
        }

        /// <summary>
        /// The server and its client, one after the other in one process: the stand-ins let the client's question reach
        /// what the server's component has registered.
        /// </summary>
        static void CheckShared<T>(Action<bool> setServer, Action<bool> setClient) where T : SharedSessionName
        {
            Check<T>(server =>
            {
                setServer(true);
                Frame(server);
                string named = server.Value;
                Suite.Require(named != null && named.Length >= 16, "the server has no name");
                T client = new GameObject("Client's").AddComponent<T>();
                Suite.Require(client.Value == null, "the client has a name");
                SetOnlyClient(setServer, setClient);
                Frame(client);
                Suite.AreEqual(named, client.Value, "the client's name");
                setClient(false);
                Frame(client);
                Suite.Require(client.Value == null, "the client has a name after the end");
                setServer(true);
                Frame(client);
                Suite.Require(client.Value != null && client.Value != named, "a second server has the first one's name");
                setServer(false);
                Frame(client);
            });
        }

        static void SetOnlyClient(Action<bool> setServer, Action<bool> setClient)
        {
            setServer(false);
            setClient(true);
        }

        /// <summary>One update of this component alone.</summary>
        static void Frame(SharedSessionName name)
        {
            name.Follow();
        }
    }
}
