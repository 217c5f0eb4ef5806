namespace Jam.Sessions.Actors.Keys;

/// <summary>How many sessions a store may hold: a create takes a place before it is on its way, and gives it up with its answer.</summary>
/// <remarks>From then on the index counts it. For an instant both do, so a create may be refused that another one has just made room for; more than the limit there never are.</remarks>
/// <param name="limit">How many; 0: any number.</param>
/// <param name="count">How many there are.</param>
internal sealed class Capacity(long limit, Func<long> count)
{
    private long _onTheWay;

    public long Limit => limit;

    public bool TryEnter()
    {
        if (limit == 0 || Interlocked.Increment(ref _onTheWay) + count() <= limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _onTheWay);
        return false;
    }

    public void Leave()
    {
        if (limit > 0)
        {
            Interlocked.Decrement(ref _onTheWay);
        }
    }
}
