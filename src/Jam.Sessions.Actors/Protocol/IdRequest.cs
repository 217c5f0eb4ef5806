namespace Jam.Sessions.Actors;

/// <summary>For whom an id is to be made: what <see cref="JamSessionsOptions.AsyncIdFactory"/> is given.</summary>
/// <param name="SessionKey">The key of the session.</param>
public readonly record struct IdRequest(string SessionKey)
{
    /// <summary>The name alone; never the key.</summary>
    public override string ToString() => nameof(IdRequest);
}
