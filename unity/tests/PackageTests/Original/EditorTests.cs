using System.Collections.Generic;
using Consonance.Tests;
using Consonance.Unity.Editor;
using ConsonanceStubs;
using UnityEditor;
using UnityEditor.Compilation;

namespace Consonance.Unity.Tests
{
    /// <summary>What a developer sees of it in the editor.</summary>
    internal static class EditorTests
    {
        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("symbols_are_those_of_the_assets_that_a_project_has", Symbols);
            suite.Add("the_editor_sets_the_symbols_of_its_platform_only_when_they_change", Apply);
            suite.Add("the_inspector_shows_the_link_and_why_and_what_is_missing", () => Inspect(server));
        }

        static void Symbols()
        {
            List<string> none = new List<string>();
            List<string> some = new List<string> { "Assembly-CSharp", "DissonanceVoip", "Mirror", "Fusion.Runtime" };
            const string ours = "CONSONANCE_DISSONANCE;CONSONANCE_HAS_FUSION;CONSONANCE_HAS_MIRROR";
            Suite.AreEqual("", ConsonanceDefines.Changed("", none), "of nothing");
            Suite.AreEqual(ours, ConsonanceDefines.Changed("", some), "of three");
            Suite.AreEqual("GAME;" + ours, ConsonanceDefines.Changed("GAME", some), "beside the game's");
            Suite.AreEqual("GAME;OTHER", ConsonanceDefines.Changed("GAME;" + ours + ";OTHER", none), "after they went");
            string changed = ConsonanceDefines.Changed("GAME;" + ours, some);
            Suite.AreEqual("GAME;" + ours, changed, "unchanged");
        }

        static void Apply()
        {
            BuildTargetGroup group = EditorUserBuildSettings.selectedBuildTargetGroup;
            string before = PlayerSettings.GetScriptingDefineSymbolsForGroup(group);
            CompilationPipeline.StubAssemblies.Add("DissonanceVoip");
            ConsonanceDefines.Apply();
            string set = PlayerSettings.GetScriptingDefineSymbolsForGroup(group);
            Suite.Require(set.Contains("CONSONANCE_DISSONANCE"), set);
            ConsonanceDefines.Apply();
            Suite.AreEqual(set, PlayerSettings.GetScriptingDefineSymbolsForGroup(group), "again");
            CompilationPipeline.StubAssemblies.Remove("DissonanceVoip");
            PlayerSettings.SetScriptingDefineSymbolsForGroup(group, before);
        }

        static void Inspect(ServerProcess server)
        {
            using (Game game = new Game())
            {
                ConsonanceCommsNetwork network = game.Network("Alice", "");
                UnityEditor.Editor inspector =
                    UnityEditor.Editor.CreateEditor(network, typeof(ConsonanceCommsNetworkEditor));
                Draw(inspector);
                Suite.Require(GuiRecord.Contains("the server's address is missing"), "no hint");
                network.Address = server.Address;
                game.Until("Alice is in", () => game.Talker("Alice").Players.Contains("Alice"));
                Draw(inspector);
                Suite.Require(GuiRecord.Contains("Mode: Client") && GuiRecord.Contains("Link: QUIC"), "no link");
                Suite.Require(GuiRecord.Contains("Why: " + network.TransportReason), "no reason");
                Suite.Require(GuiRecord.Contains("property: address"), "no field");
                UnityEngine.Object.DestroyImmediate(inspector);
            }
        }

        static void Draw(UnityEditor.Editor inspector)
        {
            GuiRecord.Clear();
            inspector.OnInspectorGUI();
        }
    }
}
