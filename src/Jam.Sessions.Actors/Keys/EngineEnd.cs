namespace Jam.Sessions.Actors.Keys;

/// <summary>The end of an engine, for those who wait for it.</summary>
internal sealed class EngineEnd
{
    private readonly TaskCompletionSource<JamSessionsException?> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete once the engine has let go of the file: null, or what the file lacks and why.</summary>
    public Task<JamSessionsException?> Task => _source.Task;

    /// <summary>The first one to say so counts.</summary>
    public void Come(JamSessionsException? shortfall) => _source.TrySetResult(shortfall);
}
