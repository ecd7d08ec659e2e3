using System;
using Consonance.Unity.Tests;
using ConsonanceStubs;
using UnityEngine;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>A sample's scene that is played.</summary>
    internal sealed class SampleGame : IDisposable
    {
        const string Capsules = "TwoCapsules/TwoCapsules.unity";
        const string Radio = "RadioAndProximity/RadioAndProximity.unity";

        SampleGame(string address)
        {
            Stage = new Stage(address);
        }

        internal Stage Stage { get; private set; }

        /// <summary>Plays "radio" or "capsules".</summary>
        internal static SampleGame Play(string sample, string address, string name)
        {
            SampleGame game = new SampleGame(address);
            try
            {
                game.Stage.Loop.Play(() =>
                {
                    if (sample == "radio") LoadRadio(address, name);
                    else LoadCapsules(address, name);
                });
                return game.Ready();
            }
            catch
            {
                // Or no further test could play anything.
                game.Dispose();
                throw;
            }
        }

        static void LoadCapsules(string address, string name)
        {
            new SceneLoader().Load(Capsules);
            ConsonanceVoice voice = UnityEngine.Object.FindObjectOfType<ConsonanceVoice>();
            voice.Address = address;
            voice.PlayerName = name;
        }

        static void LoadRadio(string address, string name)
        {
            new SceneLoader().Load(Radio);
            var sample = UnityEngine.Object.FindObjectOfType<Consonance.Samples.Radio.RadioAndProximity>();
            sample.Address = address;
            SerializedFields.Set(sample, "playerName", name);
        }

        /// <summary>The chat starts with the first frame.</summary>
        SampleGame Ready()
        {
            Stage.RecordTones(ConsonanceVoice.Current);
            return this;
        }

        /// <summary>The avatar of a player, or null.</summary>
        internal static VoicePlayer Avatar(string name)
        {
            foreach (VoicePlayer avatar in UnityEngine.Object.FindObjectsOfType<VoicePlayer>())
            {
                if (avatar.PlayerName == name) return avatar;
            }
            return null;
        }

        /// <summary>How loud a player's voice was since the last call, left and right; 0 where it has none.</summary>
        internal float Peak(string name, out float left, out float right)
        {
            left = right = 0;
            VoicePlayer avatar = Avatar(name);
            if (avatar != null && avatar.Source != null) Stage.Peak(avatar.Source, out left, out right);
            return Math.Max(left, right);
        }

        internal float Peak(string name)
        {
            float left, right;
            return Peak(name, out left, out right);
        }

        public void Dispose()
        {
            Stage.Dispose();
        }
    }
}
