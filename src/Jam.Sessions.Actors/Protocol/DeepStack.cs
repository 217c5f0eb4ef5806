using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Jam.Sessions.Actors;

/// <summary>System.Text.Json goes down with the data, and a stack that it overflows ends the process: what is deep gets a thread with a stack for it.</summary>
internal static class DeepStack
{
    /// <summary>So many levels any stack has room for.</summary>
    public const int ShallowLevels = 64;

    // For the deepest data that there is.
    private const int Bytes = 16 << 20;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("{}[]\"/"u8);

    /// <summary>Runs on a thread of its own, and waits for it.</summary>
    public static T Run<T>(Func<T> function)
    {
        var (result, fault) = (default(T), default(ExceptionDispatchInfo));
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = function();
                }
                catch (Exception e)
                {
                    fault = ExceptionDispatchInfo.Capture(e);
                }
            },
            Bytes);
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result!;
    }

    /// <summary>Whether a text nests no deeper than <see cref="ShallowLevels"/>, as far as it is JSON.</summary>
    public static bool IsShallow(ReadOnlySpan<byte> json)
    {
        if (json.Count((byte)'{') + json.Count((byte)'[') <= ShallowLevels)
        {
            return true;
        }

        var depth = 0;
        for (int next; (next = json.IndexOfAny(Structure)) >= 0; json = json[(next + 1)..])
        {
            switch (json[next])
            {
                case (byte)'"':
                    next += 1 + LengthOfString(json[(next + 1)..]);
                    if (next >= json.Length)
                    {
                        return true;
                    }

                    break;
                case (byte)'/':
                    // Some options allow comments, which may hold a lone quote.
                    return false;
                case (byte)'{' or (byte)'[':
                    if (++depth > ShallowLevels)
                    {
                        return false;
                    }

                    break;
                default:
                    depth--;
                    break;
            }
        }

        return true;
    }

    /// <summary>Up to the quote that ends it.</summary>
    private static int LengthOfString(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length)
        {
            var stop = text[length..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0)
            {
                break;
            }

            length += stop;
            if (text[length] == (byte)'"')
            {
                return length;
            }

            length += 2;
        }

        return text.Length;
    }
}
