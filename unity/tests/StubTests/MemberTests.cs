using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Dissonance;

namespace StubTests
{
    /// <summary>
    /// What the package is compiled against here must compile against the original: the stand-in has the members of a
    /// table, and what goes beyond it says in its name that it is of the stand-in.
    /// </summary>
    internal static class MemberTests
    {
        private const string Mark = "Stub";
        private const string Of = " has ";

        internal static void AddTo(List<Test> tests)
        {
            tests.Add(new Test("the_stand_in_for_the_original_has_the_members_of_the_table_and_no_others", () =>
            {
                var expected = new List<string>();
                var type = "";
                foreach (var line in File.ReadAllLines(Repository.PathOf("unity/tests/Dissonance/members.txt")))
                {
                    var isOfType = line.StartsWith(" ");
                    if (line.Length == 0 || line.StartsWith("#"))
                        continue;
                    if (!isOfType)
                        type = line;
                    expected.Add(isOfType ? type + Of + line.Trim() : type);
                }
                var actual = Lines(typeof(Log).Assembly);
                var missing = expected.FindAll(line => !actual.Contains(line));
                var added = actual.FindAll(line => !expected.Contains(line));
                Check.Equal("", string.Join("\n", missing.ToArray()), "in the table alone");
                Check.Equal("", string.Join("\n", added.ToArray()), "in the stand-in alone");
            }));
        }

        private static List<string> Lines(Assembly assembly)
        {
            var lines = new List<string>();
            foreach (var type in assembly.GetExportedTypes())
            {
                if (type.Name.StartsWith(Mark))
                    continue;
                var head = Kind(type) + " " + type.Namespace + "." + Name(type) + Bases(type);
                lines.Add(head);
                const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic |
                    BindingFlags.Instance | BindingFlags.Static;
                foreach (var member in type.GetMembers(all))
                {
                    var text = member.Name.Contains(Mark) ? null : Text(member);
                    if (text != null)
                        lines.Add(head + Of + text);
                }
            }
            return lines;
        }

        private static string Kind(Type type)
        {
            if (type.IsEnum)
                return "enum";
            if (type.IsInterface)
                return "interface";
            if (type.IsValueType)
                return "struct";
            if (type.IsAbstract && type.IsSealed)
                return "static class";
            return type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        }

        private static string Bases(Type type)
        {
            var bases = new List<string>();
            if (!type.IsValueType && type.BaseType != null && type.BaseType != typeof(object))
                bases.Add(Name(type.BaseType));
            if (!type.IsEnum)
                foreach (var each in type.GetInterfaces())
                    if (type.BaseType == null || !each.IsAssignableFrom(type.BaseType))
                        bases.Add(Name(each));
            bases.Sort(StringComparer.Ordinal);
            return bases.Count == 0 ? "" : " : " + string.Join(", ", bases.ToArray());
        }

        /// <summary>Null for what only the assembly itself sees.</summary>
        private static string Text(MemberInfo member)
        {
            var method = member as MethodInfo;
            if (method != null)
                return method.IsSpecialName ? null : Modified(method, Name(method.ReturnType) + " " + Called(method));
            var constructor = member as ConstructorInfo;
            if (constructor != null)
                return constructor.IsStatic ? null : Modified(constructor, "new" + Parameters(constructor));
            var field = member as FieldInfo;
            if (field != null && field.DeclaringType.IsEnum)
                return field.IsLiteral ? field.Name : null;
            if (field != null)
                return field.IsPublic || field.IsFamily
                    ? (field.IsPublic ? "public" : "protected") + (field.IsStatic ? " static" : "") +
                        (field.IsInitOnly ? " readonly " : " ") + Name(field.FieldType) + " " + field.Name
                    : null;
            var property = member as PropertyInfo;
            if (property != null)
                return Modified(property.GetGetMethod(true), Name(property.PropertyType) + " " + property.Name +
                    (IsSeen(property.GetSetMethod(true)) ? " { get; set; }" : " { get; }"));
            var happening = member as EventInfo;
            return happening == null
                ? null
                : Modified(happening.GetAddMethod(true),
                    "event " + Name(happening.EventHandlerType) + " " + happening.Name);
        }

        private static string Modified(MethodBase method, string text)
        {
            if (!IsSeen(method))
                return null;
            var isOfInterface = method.DeclaringType.IsInterface;
            var isNew = (method.Attributes & MethodAttributes.NewSlot) != 0;
            var virtuality = method.IsAbstract ? " abstract"
                : !method.IsVirtual || method.IsFinal ? ""
                : isNew ? " virtual" : " override";
            return isOfInterface
                ? text
                : (method.IsPublic ? "public" : "protected") + (method.IsStatic ? " static" : virtuality) + " " + text;
        }

        private static bool IsSeen(MethodBase method)
        {
            return method != null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);
        }

        private static string Called(MethodInfo method)
        {
            return method.Name + Arguments(method.IsGenericMethod ? method.GetGenericArguments() : new Type[0]) +
                Parameters(method);
        }

        private static string Parameters(MethodBase method)
        {
            var types = new List<string>();
            foreach (var parameter in method.GetParameters())
                types.Add(Name(parameter.ParameterType));
            return "(" + string.Join(", ", types.ToArray()) + ")";
        }

        private static string Arguments(Type[] types)
        {
            var names = new List<Type>(types).ConvertAll(Name);
            return names.Count == 0 ? "" : "<" + string.Join(", ", names.ToArray()) + ">";
        }

        private static string Name(Type type)
        {
            if (type.IsGenericParameter)
                return type.Name;
            if (Nullable.GetUnderlyingType(type) != null)
                return Name(Nullable.GetUnderlyingType(type)) + "?";
            if (type.IsArray)
                return Name(type.GetElementType()) + "[]";
            string keyword;
            if (Keywords.TryGetValue(type, out keyword))
                return keyword;
            var mark = type.Name.IndexOf('`');
            return mark < 0 ? type.Name : type.Name.Substring(0, mark) + Arguments(type.GetGenericArguments());
        }

        private static readonly Dictionary<Type, string> Keywords = new Dictionary<Type, string>
        {
            { typeof(void), "void" }, { typeof(object), "object" }, { typeof(string), "string" },
            { typeof(bool), "bool" }, { typeof(byte), "byte" }, { typeof(ushort), "ushort" }, { typeof(int), "int" },
            { typeof(uint), "uint" }
        };
    }

    /// <summary>The checkout that the program runs in.</summary>
    internal static class Repository
    {
        internal static string PathOf(string file)
        {
            foreach (var start in new[] { Directory.GetCurrentDirectory(), AppDomain.CurrentDomain.BaseDirectory })
                for (var at = new DirectoryInfo(start); at != null; at = at.Parent)
                    if (File.Exists(Path.Combine(at.FullName, file)))
                        return Path.Combine(at.FullName, file);
            throw new FileNotFoundException(file + " is neither here nor above");
        }
    }
}
