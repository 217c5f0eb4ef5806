using System.Text;

namespace Jam.Sessions.Actors.Encryption;

/// <summary>The keys of a store: what any of them reads is read, what is written uses the first. Thread-safe.</summary>
/// <remarks>Data is written as <see cref="Fernet"/> tokens, as jam does it, or as <see cref="BoundTokens"/>; a ring that writes these reads both, for a store that is converted.</remarks>
internal sealed class KeyRing
{
    private readonly Fernet[] _fernets;
    private readonly BoundTokens[] _bound;

    private KeyRing(Fernet[] fernets, BoundTokens[] bound) => (_fernets, _bound) = (fernets, bound);

    /// <summary>How many keys it has.</summary>
    public int Count => _fernets.Length;

    /// <summary>Whether data is bound to its record.</summary>
    public bool IsBound => _bound.Length > 0;

    /// <summary>Makes jam's encrypted ids.</summary>
    public Fernet Fernet => _fernets[0];

    /// <param name="keys">Each 32 bytes in padded base64url; at least one.</param>
    /// <param name="isBound">Whether data is bound to its record.</param>
    /// <param name="time">Stamps Fernet's tokens.</param>
    /// <exception cref="SessionSecretException">Not such a key.</exception>
    public static KeyRing FromKeys(IReadOnlyList<string> keys, bool isBound, TimeProvider time) => new(
        [.. keys.Select((key, at) => Fernet.FromKey(key, time, NameOf(at)))],
        isBound ? [.. keys.Select(key => new BoundTokens(PythonBase64.TryDecode(Encoding.UTF8.GetBytes(key))))] : []);

    /// <summary>The option that a key of the ring comes from.</summary>
    public static string NameOf(int key) => key == 0 ? "session-aes-secret" : $"key {key} of previous-session-aes-secrets";

    /// <summary>One key, as jam has it.</summary>
    public static KeyRing Of(Fernet fernet) => new([fernet], []);

    /// <summary>The length of the token of a text.</summary>
    public int TokenLength(int textLength) => IsBound ? BoundTokens.TokenLength(textLength) : Fernet.TokenLength(textLength);

    /// <summary>Writes a fresh token for a text; <paramref name="token"/> has its length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="record">What a bound token is bound to.</param>
    /// <param name="token">Gets it.</param>
    public void Encrypt(ReadOnlySpan<byte> text, ReadOnlySpan<byte> record, Span<byte> token)
    {
        if (IsBound)
        {
            _bound[0].Encrypt(text, record, token);
        }
        else
        {
            _fernets[0].Encrypt(text, token);
        }
    }

    /// <summary>The text of a token; null where no key of the ring can read it.</summary>
    /// <param name="token">The token.</param>
    /// <param name="record">What a bound token is bound to.</param>
    /// <param name="key">Which key of the ring made it; -1 where none did, or a bound token was changed or moved.</param>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> token, ReadOnlySpan<byte> record, out int key)
    {
        for (key = 0; key < Count; key++)
        {
            var text = BoundTokens.IsToken(token) ? IsBound ? _bound[key].TryDecrypt(token, record) : null : _fernets[key].TryDecrypt(token);
            if (text is not null)
            {
                return text;
            }
        }

        key = -1;
        return null;
    }

    /// <summary>Whether a key of the ring says that it made a bound token: one that cannot be read was changed or moved.</summary>
    public bool Made(ReadOnlySpan<byte> token)
    {
        foreach (var key in _bound)
        {
            if (key.Made(token))
            {
                return true;
            }
        }

        return false;
    }
}
