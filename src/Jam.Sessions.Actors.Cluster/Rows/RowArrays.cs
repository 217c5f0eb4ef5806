using Jam.Sessions.Actors.Model;
using Npgsql;
using NpgsqlTypes;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>Sessions that were made or changed, as the arrays that <see cref="Statements.Commit(bool, bool, bool, bool)"/> takes.</summary>
internal sealed class RowArrays
{
    private readonly List<byte[]> _routes = [], _digests = [], _keys = [], _data = [];
    private readonly List<byte[]?> _formerDigests = [], _beforeDigests = [], _beforeSealed = [];
    private readonly List<long?> _numbers = [], _idles = [], _ages = [], _deadlines = [];
    private readonly List<double?> _created = [], _since = [], _seen = [], _beforeUntil = [];
    private readonly List<string> _handles = [];
    private readonly List<bool> _areTimed = [];

    /// <summary>Whether a session is among them that was there before.</summary>
    public bool HasChanged { get; private set; }

    public bool HasCreated { get; private set; }

    public void Add(byte[] route, Document? before, Document after)
    {
        (HasChanged, HasCreated) = (HasChanged || before is not null, HasCreated || before is null);
        var seen = UnixTime.FromTicksUp(after.Seen);
        _routes.Add(route);
        _formerDigests.Add(before is null ? null : RowCodec.DigestBytes(before.Id));
        _digests.Add(RowCodec.DigestBytes(after.Id));
        _keys.Add(RowCodec.KeyBytes(after.Key));
        _numbers.Add(after.DocumentId);
        _handles.Add(after.Handle);
        _data.Add(after.Data.Utf8.ToArray());
        _created.Add(after.CreatedAtSeconds);
        _areTimed.Add(after.Terms is not null);
        _idles.Add(after.Lifetime?.Idle?.Ticks);
        _ages.Add(after.Lifetime?.Max?.Ticks);
        _since.Add(after.Terms?.Since ?? double.NaN);
        _seen.Add(after.Terms is null ? 0 : seen);
        _deadlines.Add(RowCodec.DeadlineOf(after, seen));
        _beforeDigests.Add(after.Before is null ? null : RowCodec.DigestBytes(after.Before.Digest));
        _beforeUntil.Add(after.Before?.Until);
        _beforeSealed.Add(after.Before?.Successor);
    }

    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(RowWriter.Bytes([.. _routes]));
        parameters.Add(RowWriter.Bytes([.. _formerDigests]));
        parameters.Add(RowWriter.Bytes([.. _digests]));
        parameters.Add(RowWriter.Bytes([.. _keys]));
        parameters.Add(RowWriter.Longs([.. _numbers]));
        parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = [.. _handles] });
        parameters.Add(RowWriter.Bytes([.. _data]));
        parameters.Add(RowWriter.Doubles([.. _created]));
        parameters.Add(new NpgsqlParameter<bool[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean, TypedValue = [.. _areTimed] });
        parameters.Add(RowWriter.Longs([.. _idles]));
        parameters.Add(RowWriter.Longs([.. _ages]));
        parameters.Add(RowWriter.Doubles([.. _since]));
        parameters.Add(RowWriter.Doubles([.. _seen]));
        parameters.Add(RowWriter.Longs([.. _deadlines]));
        parameters.Add(RowWriter.Bytes([.. _beforeDigests]));
        parameters.Add(RowWriter.Doubles([.. _beforeUntil]));
        parameters.Add(RowWriter.Bytes([.. _beforeSealed]));
    }
}
