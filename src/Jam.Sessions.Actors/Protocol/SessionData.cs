using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Jam.Sessions.Actors;

/// <summary>What a session holds: an immutable JSON object, kept as UTF-8 text exactly as it was given.</summary>
/// <remarks>
/// Made and checked on the caller's thread. Data that another program wrote into the file is served with the text that it has; where that
/// text is not a JSON object, the readers below throw <see cref="SessionDataException"/> and <see cref="Json"/> still shows it.
/// Two values are equal when their texts are.
/// </remarks>
public sealed class SessionData : IEquatable<SessionData>
{
    /// <summary>How deep session data may nest: what jam's own limit of about 980 levels allows.</summary>
    public const int MaxDepth = 1000;

    private const string ReflectionAdvice = "System.Text.Json finds the members of the type by reflection, and a trimmed program may lack them. Use the overload that takes a JsonTypeInfo<T>.";
    private const string WhyJsonObjectIsSafe = "A JsonObject is written by a converter of its own; only who makes a JsonValue of another type needs reflection, and is warned there.";

    // As in Python, which reads no longer ones; to convert one takes time in proportion to the square of its length.
    private const int MaxWholeDigits = 4300;

    /// <summary>The empty object, <c>{}</c>.</summary>
    public static readonly SessionData Empty = new("{}"u8.ToArray());

    /// <summary>Stands for data in the file that cannot be read at all; it never leaves the engine.</summary>
    internal static readonly SessionData Unreadable = new([]);

    private static readonly JsonSerializerOptions Serializer = new()
    {
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions ShallowSerializer = new(Serializer) { MaxDepth = DeepStack.ShallowLevels };

    private static readonly JsonDocumentOptions Documents = new() { MaxDepth = MaxDepth };
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _utf8;

    private SessionData(byte[] utf8) => _utf8 = utf8;

    /// <summary>The JSON text.</summary>
    public string Json => Encoding.UTF8.GetString(_utf8);

    /// <summary>The JSON text as UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8;

    /// <summary>The size of the JSON text in bytes of UTF-8.</summary>
    public int Length => _utf8.Length;

    /// <summary>From JSON text.</summary>
    /// <exception cref="SessionDataException">Not one valid JSON object, or deeper than <see cref="MaxDepth"/>.</exception>
    public static SessionData From(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return Checked(StrictUtf8.GetBytes(json));
        }
        catch (EncoderFallbackException)
        {
            throw new SessionDataException("Session data must be well-formed UTF-16: the JSON text has an unpaired surrogate.");
        }
    }

    /// <summary>From JSON text as UTF-8, which is copied.</summary>
    /// <exception cref="SessionDataException">Not one valid JSON object, or deeper than <see cref="MaxDepth"/>.</exception>
    public static SessionData From(ReadOnlySpan<byte> utf8Json) => Checked(utf8Json.ToArray());

    /// <summary>From JSON text as UTF-8, which is copied.</summary>
    /// <exception cref="SessionDataException">Not one valid JSON object, or deeper than <see cref="MaxDepth"/>.</exception>
    public static SessionData From(byte[] utf8Json)
    {
        ArgumentNullException.ThrowIfNull(utf8Json);
        return From(utf8Json.AsSpan());
    }

    /// <summary>From names and values.</summary>
    /// <exception cref="SessionDataException">A value that JSON cannot hold.</exception>
    [RequiresUnreferencedCode(ReflectionAdvice), RequiresDynamicCode(ReflectionAdvice)]
    public static SessionData From(IReadOnlyDictionary<string, object?> values) => Serialized(values, ByReflection);

    /// <summary>From a JSON object, which is copied.</summary>
    /// <exception cref="SessionDataException">A value that JSON cannot hold.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = WhyJsonObjectIsSafe)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = WhyJsonObjectIsSafe)]
    public static SessionData From(JsonObject values) => Serialized(values, ByReflection);

    /// <summary>From a parsed JSON object; its text is kept as it stands.</summary>
    /// <exception cref="SessionDataException">Not a JSON object.</exception>
    public static SessionData From(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            ? From(value.GetRawText())
            : throw new SessionDataException($"Session data must be a JSON object, not {value.ValueKind}.");

    /// <summary>From any value that System.Text.Json serializes to an object, by reflection.</summary>
    /// <exception cref="SessionDataException">It does not serialize, or not to an object.</exception>
    [RequiresUnreferencedCode(ReflectionAdvice), RequiresDynamicCode(ReflectionAdvice)]
    public static SessionData From<T>(T value) => Serialized(value, ByReflection);

    /// <summary>From any value, by source-generated metadata.</summary>
    /// <exception cref="SessionDataException">It does not serialize, or not to an object.</exception>
    public static SessionData From<T>(T value, JsonTypeInfo<T> typeInfo) =>
        Serialized(value, v => typeInfo.Options.MaxDepth <= DeepStack.ShallowLevels
            ? JsonSerializer.SerializeToUtf8Bytes(v, typeInfo)
            : DeepStack.Run(() => JsonSerializer.SerializeToUtf8Bytes(v, typeInfo)));

    /// <inheritdoc cref="From(IReadOnlyDictionary{string, object?})" />
    [RequiresUnreferencedCode(ReflectionAdvice), RequiresDynamicCode(ReflectionAdvice)]
    public static implicit operator SessionData(Dictionary<string, object?> values) => From((IReadOnlyDictionary<string, object?>)values);

    /// <inheritdoc cref="From(JsonObject)" />
    public static implicit operator SessionData(JsonObject values) => From(values);

    /// <summary>Reads the data as a <typeparamref name="T"/>, by reflection.</summary>
    /// <exception cref="SessionDataException">The data does not fit the type, or its text is not standard JSON.</exception>
    [RequiresUnreferencedCode(ReflectionAdvice), RequiresDynamicCode(ReflectionAdvice)]
    public T As<T>() => Read(_ => OnEnoughStack(() => JsonSerializer.Deserialize<T>(_utf8, Serializer)));

    /// <summary>Reads the data as a <typeparamref name="T"/>, by source-generated metadata.</summary>
    /// <exception cref="SessionDataException">The data does not fit the type, or its text is not standard JSON.</exception>
    public T As<T>(JsonTypeInfo<T> typeInfo) => Read(_ => OnEnoughStack(() => JsonSerializer.Deserialize(_utf8, typeInfo)));

    /// <summary>Reads the data as a new, mutable JSON object; of duplicate names the last one counts.</summary>
    /// <exception cref="SessionDataException">The text is not a standard JSON object, or too deep for this thread's stack.</exception>
    public JsonObject ToJsonObject()
    {
        return Read(_ =>
        {
            using var document = JsonDocument.Parse(_utf8, Documents);
            return Node(document.RootElement) as JsonObject;
        });

        // JsonNode.Parse would give an object that throws on its first use where a name occurs twice.
        static JsonNode? Node(JsonElement element)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    var members = new JsonObject();
                    foreach (var property in element.EnumerateObject())
                    {
                        members[property.Name] = Node(property.Value);
                    }

                    return members;
                case JsonValueKind.Array:
                    var items = new JsonArray();
                    foreach (var item in element.EnumerateArray())
                    {
                        items.Add(Node(item));
                    }

                    return items;
                default:
                    return element.ValueKind == JsonValueKind.Null ? null : JsonValue.Create(element.Clone());
            }
        }
    }

    /// <summary>Reads the data as a new dictionary.</summary>
    /// <returns>Values are string, bool, null, long or <see cref="BigInteger"/> (whole numbers), double (other numbers),
    /// <see cref="List{T}"/> and <see cref="Dictionary{TKey, TValue}"/> of the same.</returns>
    /// <exception cref="SessionDataException">The text is not a standard JSON object, is too deep for this thread's stack, or has a whole number
    /// of more than 4,300 digits.</exception>
    public Dictionary<string, object?> ToDictionary()
    {
        return Read(_ =>
        {
            using var document = JsonDocument.Parse(_utf8, Documents);
            return document.RootElement.ValueKind == JsonValueKind.Object ? (Dictionary<string, object?>)Value(document.RootElement)! : null;
        });

        static object? Value(JsonElement element)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    var members = new Dictionary<string, object?>(StringComparer.Ordinal);
                    foreach (var property in element.EnumerateObject())
                    {
                        members[property.Name] = Value(property.Value);
                    }

                    return members;
                case JsonValueKind.Array:
                    var items = new List<object?>(element.GetArrayLength());
                    foreach (var item in element.EnumerateArray())
                    {
                        items.Add(Value(item));
                    }

                    return items;
                default:
                    return Single(element);
            }
        }

        static object? Single(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => Number(element),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

        static object Number(JsonElement element)
        {
            if (element.TryGetInt64(out var integer))
            {
                return integer;
            }

            var text = element.GetRawText();
            return text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 ? element.GetDouble()
                : text.Length <= MaxWholeDigits ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
                : throw new SessionDataException($"The session data has a whole number of more than {MaxWholeDigits} digits.");
        }
    }

    /// <summary>Equal when the texts are, byte by byte.</summary>
    public bool Equals(SessionData? other) => other is not null && _utf8.AsSpan().SequenceEqual(other._utf8);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as SessionData);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_utf8);
        return hash.ToHashCode();
    }

    /// <summary>The size only: data never reaches a log by accident.</summary>
    public override string ToString() => $"{_utf8.Length} bytes";

    /// <summary>Takes over a text that the file holds, whatever it is.</summary>
    internal static SessionData Stored(byte[] utf8) => new(utf8);

    private static SessionData Checked(byte[] utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            throw new SessionDataException("Session data must be UTF-8: the JSON text has bytes that are not.");
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new SessionDataException($"Session data must be a JSON object, not {reader.TokenType}.");
            }

            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw new SessionDataException(
                $"Session data is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}), or nests deeper than {MaxDepth} levels.");
        }

        return new SessionData(utf8);
    }

    [RequiresUnreferencedCode(ReflectionAdvice), RequiresDynamicCode(ReflectionAdvice)]
    private static byte[] ByReflection<T>(T value)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, ShallowSerializer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Most likely it is deeper than any stack has room for; what else it is shows again.
            return DeepStack.Run(() => JsonSerializer.SerializeToUtf8Bytes(value, Serializer));
        }
    }

    private static SessionData Serialized<T>(T value, Func<T, byte[]> serialize)
    {
        ArgumentNullException.ThrowIfNull(value);
        byte[] utf8;
        try
        {
            utf8 = serialize(value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new SessionDataException($"A value of type {value.GetType().Name} cannot be turned into JSON ({e.GetType().Name}).");
        }

        return Checked(utf8);
    }

    private T? OnEnoughStack<T>(Func<T?> deserialize) => DeepStack.IsShallow(_utf8) ? deserialize() : DeepStack.Run(deserialize);

    private T Read<T>(ReadSpan<T?> read)
    {
        Exception cause;
        try
        {
            if (read(_utf8) is { } value)
            {
                return value;
            }

            throw new SessionDataException("The session data is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException or InsufficientExecutionStackException)
        {
            cause = e;
        }

        throw new SessionDataException($"The session data cannot be read as {typeof(T).Name} ({cause.GetType().Name}).");
    }

    private delegate T ReadSpan<out T>(ReadOnlySpan<byte> utf8);
}
