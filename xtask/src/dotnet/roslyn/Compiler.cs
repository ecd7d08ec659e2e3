// Compiles C# with Roslyn's library, as its program csc does. The argument is a list of files with options of csc, one
// for each assembly: the first takes seconds, in which the compiler itself is compiled, the others far less. Each error
// and each warning is a line, and after the first assembly with one the exit code is 1.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;

/// <summary>
/// The library is found by reflection: it refers to newer versions of assemblies than the runtime has, and mcs would
/// not refer to it. What it uses of those assemblies is in the older versions, too.
/// </summary>
static class Compiler
{
    static readonly Assembly Common;
    static readonly Assembly CSharp;

    static Compiler()
    {
        AppDomain.CurrentDomain.AssemblyResolve += LoadAnyVersion;
        Common = Assembly.Load("Microsoft.CodeAnalysis");
        CSharp = Assembly.Load("Microsoft.CodeAnalysis.CSharp");
    }

    static int Main(string[] arguments)
    {
        dynamic parser = TypeOf("CSharpCommandLineParser").GetProperty("Default").GetValue(null);
        foreach (var file in File.ReadAllLines(arguments[0]))
        {
            if (!Compile(parser.Parse(new[] { "@" + file }, Directory.GetCurrentDirectory(), null, null)))
            {
                return 1;
            }
        }
        return 0;
    }

    static bool Compile(dynamic options)
    {
        if (Report(options.Errors))
        {
            return false;
        }
        dynamic compilation = TypeOf("CSharpCompilation").GetMethod("Create").Invoke(null, new object[]
        {
            options.CompilationName, Sources(options), References(options), options.CompilationOptions,
        });
        MemoryStream assembly = new MemoryStream(), documents = new MemoryStream();
        dynamic emitted = compilation.Emit(assembly, xmlDocumentationStream: documents);
        if (Report(emitted.Diagnostics) || !emitted.Success)
        {
            return false;
        }
        File.WriteAllBytes(Path.Combine(options.OutputDirectory, options.OutputFileName), assembly.ToArray());
        if (options.DocumentationPath != null)
        {
            File.WriteAllBytes(options.DocumentationPath, documents.ToArray());
        }
        return true;
    }

    /// <summary>The version that is here, in place of the one that is asked for.</summary>
    static Assembly LoadAnyVersion(object sender, ResolveEventArgs asked)
    {
        var name = new AssemblyName(asked.Name);
        return name.Version == null ? null : Assembly.Load(new AssemblyName(name.Name));
    }

    static Type TypeOf(string name)
    {
        return CSharp.GetType("Microsoft.CodeAnalysis.CSharp." + name, true);
    }

    static Array Sources(dynamic options)
    {
        var signature = new[]
        {
            typeof(string), TypeOf("CSharpParseOptions"), typeof(string), typeof(Encoding), typeof(CancellationToken),
        };
        var parse = TypeOf("CSharpSyntaxTree").GetMethod("ParseText", signature);
        var trees = new List<object>();
        foreach (var file in options.SourceFiles)
        {
            string path = file.Path;
            var arguments = new object[]
            {
                File.ReadAllText(path), options.ParseOptions, path, Encoding.UTF8, CancellationToken.None,
            };
            trees.Add(parse.Invoke(null, arguments));
        }
        return ArrayOf("SyntaxTree", trees);
    }

    static Array References(dynamic options)
    {
        var create = Common.GetType("Microsoft.CodeAnalysis.MetadataReference", true).GetMethod("CreateFromFile");
        var references = new List<object>();
        foreach (var reference in options.MetadataReferences)
        {
            references.Add(create.Invoke(null, new object[] { reference.Reference, reference.Properties, null }));
        }
        return ArrayOf("MetadataReference", references);
    }

    static Array ArrayOf(string type, List<object> items)
    {
        var array = Array.CreateInstance(Common.GetType("Microsoft.CodeAnalysis." + type, true), items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            array.SetValue(items[index], index);
        }
        return array;
    }

    /// <summary>Prints what is at least a warning; whether there is any.</summary>
    static bool Report(dynamic diagnostics)
    {
        const int warning = 2;
        var found = false;
        foreach (var diagnostic in diagnostics)
        {
            if ((int)diagnostic.Severity >= warning)
            {
                Console.WriteLine(diagnostic.ToString());
                found = true;
            }
        }
        return found;
    }
}
