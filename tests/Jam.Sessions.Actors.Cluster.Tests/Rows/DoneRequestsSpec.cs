using Akka;
using Jam.Sessions.Actors.Cluster.Rows;

namespace Jam.Sessions.Actors.Cluster.Tests.Rows;

/// <summary>The latest changes of a key, as a column holds them.</summary>
public sealed class DoneRequestsSpec
{
    [Fact]
    public void What_is_written_is_read()
    {
        DoneRequest[] requests =
        [
            new(Guid.NewGuid(), 1, true), new(Guid.NewGuid(), 2, false), new(Guid.NewGuid(), long.MaxValue, 7), new(Guid.NewGuid(), 4, DoneRequests.OwnId), new(Guid.NewGuid(), 5, Done.Instance),
        ];
        Assert.Equal(requests, DoneRequests.Read(DoneRequests.Write(requests)));
        Assert.Empty(DoneRequests.Read(DoneRequests.Write([])));
    }

    [Fact]
    public void So_many_are_kept_the_newest_first()
    {
        var requests = Enumerable.Range(0, 2 * DoneRequests.Most).Select(i => new DoneRequest(Guid.NewGuid(), i, i)).ToArray();
        Assert.Equal(requests[..DoneRequests.Most], DoneRequests.Read(DoneRequests.Write(requests)));
    }
}
