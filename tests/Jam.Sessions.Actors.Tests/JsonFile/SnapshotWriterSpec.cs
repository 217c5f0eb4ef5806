using System.Text;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Microsoft.Extensions.Time.Testing;
using static Jam.Sessions.Actors.Tests.JsonFile.StoredFiles;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Writing a session file: what is in it, in which pieces, and that it is synced last.</summary>
public sealed class SnapshotWriterSpec
{
    private readonly StoredFiles _files = new();
    private readonly FakeTimeProvider _time = new();
    private readonly NotedPace _pace;
    private long _committed;

    public SnapshotWriterSpec() => _pace = new NotedPace(() => _committed, _time);

    [Fact]
    public void Documents_stand_between_head_and_tail_as_python_separates_them()
    {
        Assert.Equal("""{"_default": {}}""", Written());
        Assert.Equal($$$"""{"_default": {"1": {{{Document("id1")}}}}}""", Written(Session(1)));
        Assert.Equal($$$"""{"_default": {"1": {{{Document("id1")}}}, "7": {{{Document("id7")}}}, "3": {{{Document("id3")}}}}}""", Written(Session(1), Session(7), Session(3)));
    }

    [Fact]
    public void A_small_file_is_one_write_and_synced_after_it()
    {
        Written(Session(1), Session(2), Session(3));
        Assert.Equal(["Create", "Write", "Sync"], Operations());
    }

    [Fact]
    public void A_large_file_is_written_in_pieces_each_behind_the_one_before_and_synced_once()
    {
        Assert.Equal(7, Written([.. Enumerable.Repeat(Large, 7)]).Split(", \"1\": ").Length);
        Assert.InRange(Operations().Count(operation => operation == "Write"), 2, 7);
        Assert.Equal(Operations().Count() - 1, Operations().ToList().IndexOf("Sync"));
    }

    [Fact]
    public void While_changes_are_committed_it_rests_after_each_piece_three_times_as_long_as_that_took()
    {
        Written([.. Enumerable.Repeat(Large, 7)]);
        Assert.Empty(_pace.Rests);

        Piece(TimeSpan.FromMilliseconds(3), commits: 1);
        Piece(TimeSpan.FromMilliseconds(5), commits: 0);
        Piece(TimeSpan.FromMilliseconds(7), commits: 2);
        Assert.Equal([TimeSpan.FromMilliseconds(9), TimeSpan.FromMilliseconds(21)], _pace.Rests);

        _committed++;
        Written([.. Enumerable.Repeat(Large, 7)]);
        Assert.Equal(3, _pace.Rests.Count);

        void Piece(TimeSpan takes, int commits)
        {
            _time.Advance(takes);
            _committed += commits;
            _pace.Turn();
        }
    }

    [Fact]
    public async Task Whoever_waits_for_the_end_ends_its_rest_and_there_is_none_afterwards()
    {
        var pace = new Pace(() => _committed++, _time);
        _time.Advance(TimeSpan.FromDays(1));
        var resting = Task.Factory.StartNew(pace.Turn, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.False(resting.IsCompleted);
        pace.Hurry();
        await resting.WaitAsync(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromDays(1));
        await Task.Run(pace.Turn).WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static Document Large { get; } = new("id", "key", SessionData.From($$"""{"a": "{{new string('x', 1 << 19)}}"}"""), 1.5, 1, raw: null);

    private IEnumerable<string> Operations() => _files.Asked.Select(asked => asked.Split(' ')[0]);

    private string Written(params Document[] documents)
    {
        const string Name = "written";
        _files.Disk.Delete(Name);
        _files.Asked.Clear();
        using var file = _files.Disk.Create(Name);
        var fingerprint = SnapshotWriter.Write(file, Snapshot.StandardHead, documents, Snapshot.StandardTail, new DocumentCodec(null), _pace);
        Assert.Equal(Fingerprint.Empty.With(_files.Disk.Content(Name)), fingerprint);
        return Encoding.UTF8.GetString(_files.Disk.Content(Name)!);
    }

    private sealed class NotedPace(Func<long> committed, TimeProvider time) : Pace(committed, time)
    {
        public List<TimeSpan> Rests { get; } = [];

        protected override void Rest(TimeSpan duration) => Rests.Add(duration);
    }
}
