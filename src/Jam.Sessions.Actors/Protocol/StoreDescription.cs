namespace Jam.Sessions.Actors;

/// <summary>Asks how a store keeps its sessions. Reply: <see cref="StoreDescription"/>.</summary>
public sealed record DescribeStore : ISessionRequest<StoreDescription>, ISessionQuery;

/// <summary>What a store's options came to, as far as it concerns who builds on it.</summary>
/// <param name="IdleTimeout">How long a session without a lifetime of its own may go unused; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
/// <param name="MaxLifetime">How old any session may become; <see cref="Timeout.InfiniteTimeSpan"/>: any age.</param>
/// <param name="MaxDataBytes">The largest data of a session.</param>
/// <param name="IsReadableOnDisk">Whether data stands in the file as it is: it is neither encrypted nor in memory alone.</param>
public sealed record StoreDescription(TimeSpan IdleTimeout, TimeSpan MaxLifetime, int MaxDataBytes, bool IsReadableOnDisk);
