using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;
using Consonance.Tests;

namespace Consonance.Unity.Samples.Tests
{
    /// <summary>The package's files, as Unity knows them.</summary>
    internal sealed class Package
    {
        static readonly Regex Guid = new Regex(@"^guid: ([0-9a-f]{32})$", RegexOptions.Multiline);
        static readonly Regex Namespace = new Regex(@"^namespace (\S+)", RegexOptions.Multiline);

        readonly string folder;
        readonly Dictionary<string, string> paths = new Dictionary<string, string>();

        /// <summary>That of CONSONANCE_PACKAGE, or else of this repository.</summary>
        internal Package()
        {
            folder = Find();
            foreach (string meta in Directory.GetFiles(folder, "*.meta", SearchOption.AllDirectories))
            {
                string guid = Guid.Match(File.ReadAllText(meta)).Groups[1].Value;
                paths.Add(guid, meta.Substring(0, meta.Length - ".meta".Length));
            }
        }

        static string Find()
        {
            string chosen = Environment.GetEnvironmentVariable("CONSONANCE_PACKAGE");
            if (!string.IsNullOrEmpty(chosen)) return chosen;
            foreach (string start in new[] { Directory.GetCurrentDirectory(), AppDomain.CurrentDomain.BaseDirectory })
            {
                for (DirectoryInfo at = new DirectoryInfo(start); at != null; at = at.Parent)
                {
                    string path = Path.Combine(at.FullName, "unity", "com.consonance.voice");
                    if (File.Exists(Path.Combine(path, "package.json"))) return path;
                }
            }
            throw new FileNotFoundException("no package here or above: set CONSONANCE_PACKAGE");
        }

        internal string Sample(string path)
        {
            return Path.Combine(folder, "Samples~", path);
        }

        /// <summary>The file of a GUID.</summary>
        internal string Asset(string guid)
        {
            string path;
            Suite.Require(paths.TryGetValue(guid, out path), "no file has the GUID " + guid);
            return path;
        }

        /// <summary>The class in a script's file, which has its name.</summary>
        internal Type Script(string guid)
        {
            string path = Asset(guid);
            string name = Namespace.Match(File.ReadAllText(path)).Groups[1].Value
                + "." + Path.GetFileNameWithoutExtension(path);
            foreach (Assembly assembly in Assemblies)
            {
                Type type = assembly.GetType(name);
                if (type != null) return type;
            }
            throw new TestFailure("no class " + name);
        }

        static readonly Assembly[] Assemblies =
        {
            typeof(ConsonanceVoice).Assembly, typeof(Consonance.Samples.Capsules.TwoCapsules).Assembly,
        };
    }
}
