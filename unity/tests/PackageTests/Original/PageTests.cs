using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using Consonance.Tests;

namespace Consonance.Unity.Tests
{
    /// <summary>The plugin for WebGL, in Node.js.</summary>
    internal static class PageTests
    {
        const string Plugin = "unity/com.consonance.voice/Runtime/Plugins/WebGL/ConsonanceWebSocket.jslib";
        const string Script = "unity/tests/PackageTests/Original/web_socket.test.mjs";

        internal static void Add(Suite suite, ServerProcess server)
        {
            suite.Add("a_page_reaches_the_server_with_the_plugin_for_webgl", () => Run(server));
        }

        /// <summary>Paths are those of the checkout, in which the tests are run.</summary>
        static void Run(ServerProcess server)
        {
            string arguments = "--experimental-websocket " + Script + " " + Plugin + " " + server.WebSocket;
            ProcessStartInfo start = new ProcessStartInfo("node", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Suite.Require(File.Exists(Script), Script + " is not below " + Directory.GetCurrentDirectory());
            Process node;
            try
            {
                node = Process.Start(start);
            }
            catch (Win32Exception)
            {
                Console.WriteLine("skipped: no Node.js");
                return;
            }
            using (node)
            {
                string printed = node.StandardOutput.ReadToEnd() + node.StandardError.ReadToEnd();
                node.WaitForExit();
                Suite.Require(node.ExitCode == 0 && printed.StartsWith("ok", StringComparison.Ordinal), printed);
            }
        }
    }
}
