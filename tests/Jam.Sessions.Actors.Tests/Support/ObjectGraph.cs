using System.Reflection;
using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>What can be reached from objects through their fields, and from the engine's own static ones.</summary>
internal static class ObjectGraph
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>All texts in it: strings, and arrays of bytes and characters as such.</summary>
    public static IEnumerable<string> TextsIn(params object[] roots)
    {
        var (seen, open) = (new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object>(roots));
        foreach (var field in typeof(JamSessions).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters).SelectMany(type => type.GetFields(Static)).Where(field => !field.IsLiteral))
        {
            Push(field.GetValue(null), open);
        }

        while (open.TryPop(out var found))
        {
            if (!found.GetType().IsValueType && !seen.Add(found))
            {
                continue;
            }

            switch (found)
            {
                case string text:
                    yield return text;
                    break;
                case byte[] bytes:
                    yield return System.Text.Encoding.Latin1.GetString(bytes);
                    break;
                case char[] characters:
                    yield return new string(characters);
                    break;
                case Array array when !array.GetType().GetElementType()!.IsPrimitive && !array.GetType().GetElementType()!.IsPointer:
                    foreach (var element in array)
                    {
                        Push(element, open);
                    }

                    break;
                case Array or Pointer:
                    break;
                default:
                    PushFields(found, open);
                    break;
            }
        }
    }

    private static void PushFields(object found, Stack<object> open)
    {
        for (var type = found.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Instance).Where(field => !field.FieldType.IsPointer && !field.FieldType.IsPrimitive && !field.FieldType.IsEnum && !field.FieldType.IsByRefLike))
            {
                Push(field.GetValue(found), open);
            }
        }
    }

    private static void Push(object? found, Stack<object> open)
    {
        // Metadata of .NET is none of the engine's memory.
        if (found is not (null or Type or MemberInfo or Assembly or Module))
        {
            open.Push(RuntimeHelpers.GetObjectValue(found)!);
        }
    }
}
