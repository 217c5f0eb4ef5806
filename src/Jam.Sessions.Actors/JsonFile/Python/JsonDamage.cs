namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Bytes that are not the JSON which was expected.</summary>
/// <param name="offset">Where, from the start of what was scanned.</param>
/// <param name="finding">What was found, without any of the content.</param>
/// <param name="atEnd">True where the bytes ended too early: with more of them it might be fine.</param>
internal sealed class JsonDamage(long offset, string finding, bool atEnd = false) : Exception(finding)
{
    public long Offset { get; } = offset;

    public bool AtEnd { get; } = atEnd;
}
