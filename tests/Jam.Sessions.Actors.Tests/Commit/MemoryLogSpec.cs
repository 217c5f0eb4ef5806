using Jam.Sessions.Actors.Commit;

namespace Jam.Sessions.Actors.Tests.Commit;

/// <summary>A log that has no file.</summary>
public sealed class MemoryLogSpec
{
    [Fact]
    public void Once_closed_it_takes_nothing_and_it_has_nothing_to_copy()
    {
        ICommitLog log = new MemoryLog();
        JamSessionsException? answer = new SessionsStoppingException();
        log.Flush(refusal => answer = refusal);
        Assert.Null(answer);
        Assert.True(log.TryAppend(ownerHash: 0, [], waiter: null, notice: null));
        log.BeginCopy((copy, refusal) => answer = copy is null ? refusal : null);
        Assert.Equal("These sessions have no file, so there is nothing to copy.", Assert.IsType<SessionStoreException>(answer).Message);

        log.Close(shortfall => answer = shortfall);
        Assert.Null(answer);
        Assert.False(log.TryAppend(ownerHash: 0, [], waiter: null, notice: null));
        log.Flush(refusal => answer = refusal);
        Assert.IsType<SessionsStoppingException>(answer);
    }
}
