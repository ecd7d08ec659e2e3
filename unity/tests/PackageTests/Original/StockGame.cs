using Consonance.Tests;
using UnityEngine;

namespace Consonance.Unity.Tests
{
    /// <summary>A game on a stock network, all of whose players are in this process.</summary>
    internal static class StockGame
    {
        /// <summary>A host or a dedicated server, and two guests.</summary>
        internal static Game Start<TNetwork>(
            string sidecar, string secret, bool isDedicated, string session = "main")
            where TNetwork : MonoBehaviour, IStockNetwork
        {
            Game game = new Game();
            game.Loop.Play(() =>
            {
                ConsonanceSidecar.Configure(sidecar, session, secret);
                StockHub.Reset();
                foreach (string name in new[] { "Host", "Guest", "Other" })
                {
                    TNetwork network = Add<TNetwork>(game, name);
                    if (StockHub.Host != null) continue;
                    StockHub.Host = network;
                    network.IsDedicated = isDedicated;
                }
            });
            return game;
        }

        /// <summary>A player, for a scene that is being made, or plays.</summary>
        internal static TNetwork Add<TNetwork>(Game game, string name) where TNetwork : MonoBehaviour, IStockNetwork
        {
            GameObject voice = new GameObject("Voice of " + name);
            TNetwork network = voice.AddComponent<TNetwork>();
            game.Add(new Talker(name, voice, network.StubVoice)).Network = network;
            return network;
        }

        /// <summary>Two of the game hear each other.</summary>
        internal static void Among(Game game, string one, string another)
        {
            Talker first = game.Talker(one), second = game.Talker(another);
            game.Until(one + " and " + another + " know each other",
                () => first.Players.Contains(another) && second.Players.Contains(one));
            if (!first.HasSpeech) first.Learn(second);
            if (!second.HasSpeech) second.Learn(first);
            first.Forget();
            second.Forget();
            first.IsSpeaking = second.IsSpeaking = true;
            game.Until(one + " and " + another + " hear each other",
                () => first.FramesOf(another) > 10 && second.FramesOf(one) > 10);
            first.IsSpeaking = second.IsSpeaking = false;
        }
    }
}
