using static Jam.Sessions.Actors.Benchmarks.Targets.Limit;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>What the engine has to reach, and what is there to compare. Durable, where nothing else is said; 10,000 sessions, where no other number is.</summary>
internal static class AllTargets
{
    private const string Throughput = "ops_s";
    private const string Requests = "requests_s";
    private const string WriteP99 = "write_p99_us";
    private const string WebRelaxed = "engine-relaxed web 64 10000";
    private const string Mdc = "mdc web 64 10000";
    private const string AskRelaxed = "engine-relaxed-ask web 64 10000";
    private const string Create64 = "engine create 64 10000";
    private const string Update64 = "engine update 64 10000";
    private const string Create256 = "engine create 256 10000";
    private const string Heap = "heap engine 1000000";
    private const string Snapshot = "snapshot engine 1000000";

    // Of one get: an object would be 24 at least. What a million of them find allocated beside is the runtime's own.
    private const double LessThanAnyObject = 0.01;

    public static IReadOnlyList<Target> List { get; } =
    [
        new(1, "time of a dictionary's get / of `GetAsync`", AtLeast(0.5), "get_ns", "get cdict", "get engine"),
        new(1, "`GetAsync`: bytes allocated", AtMost(LessThanAnyObject), "get_bytes", "get engine"),
        new(1, "gets, 64 callers / cdict", AtLeast(0.5), Throughput, "engine get 64 10000", "cdict get 64 10000"),

        new(2, "web, 64 callers, relaxed, client / mdc", AtLeast(3), Throughput, WebRelaxed, Mdc),
        new(2, "… / mdc, data as .NET strings on both sides", AtLeast(3), Throughput, "engine-relaxed-text web 64 10000", "mdc-text web 64 10000"),
        new(2, "… / akka-naive", AtLeast(15), Throughput, WebRelaxed, "akka-naive web 64 10000"),
        new(2, "… / redis", AtLeast(20), Throughput, WebRelaxed, "redis web 64 10000"),
        new(2, "… / orleans", AtLeast(30), Throughput, WebRelaxed, "orleans web 64 10000"),
        new(2, "… / cdict", AtLeast(0.35), Throughput, WebRelaxed, "cdict web 64 10000"),

        new(3, "web, 64 callers, relaxed, `Ask` / akka-direct", AtLeast(1.5), Throughput, AskRelaxed, "akka-direct web 64 10000"),
        new(3, "gets, 64 callers, `Ask` / an echo actor's", AtLeast(0.9), Throughput, "engine-relaxed-ask get 64 10000", "akka-echo get 64 10000"),

        new(4, "create, 64 callers / redis-always", AtLeast(3), Throughput, Create64, "redis-always create 64 10000"),
        new(4, "… / sqlite-full", AtLeast(10), Throughput, Create64, "sqlite-full create 64 10000"),
        new(4, "… / litedb", AtLeast(100), Throughput, Create64, "litedb create 64 10000"),
        new(4, "… / cdict-durable", AtLeast(0.6), Throughput, Create64, "cdict-durable create 64 10000"),
        new(4, "create, 256 callers / redis-always", AtLeast(3), Throughput, Create256, "redis-always create 256 10000"),
        new(4, "… / sqlite-full", AtLeast(10), Throughput, Create256, "sqlite-full create 256 10000"),
        new(4, "… / litedb", AtLeast(100), Throughput, Create256, "litedb create 256 10000"),
        new(4, "… / cdict-durable", AtLeast(0.85), Throughput, Create256, "cdict-durable create 256 10000"),

        new(5, "create, 1 caller: median time / bare append and sync", AtMost(1.3), "write_p50_us", "engine create 1 10000", "append"),

        new(6, "web, 64 callers: p99 of reads / without writes", AtMost(2), "read_p99_us", "engine web 64 10000 --fair", "engine get 64 10000 --fair"),

        new(7, "updates, 64 callers, 1,000,000 sessions / 10,000", AtLeast(0.8), Throughput, "engine update 64 1000000", Update64),

        new(8, "opening 1,000,000 sessions / bare parse", AtMost(1.5), "open_ms", "open engine 1000000", "open parse 1000000"),

        new(9, "heap of 1,000,000 sessions, idle for the timeout / dictionary with UTF-8", AtMost(1.15), "heap_b_session", Heap, "heap cdict-utf8 1000000"),
        new(9, "time of a full collection then / dictionary with UTF-8", AtMost(1.2), "full_gc_ms", Heap, "heap cdict-utf8 1000000"),

        new(10, "web, 64 callers, during a snapshot of 1,000,000 / before", AtLeast(0.7), "during_per_before", Snapshot),
        new(10, "MiB allocated by that snapshot", AtMost(64), "snapshot_mib", Snapshot),
        new(10, "longest pause of a read during that snapshot, GC apart, in ms", AtMost(10), "read_pause_ms", Snapshot),

        new(11, "bytes written per byte updated, default options", AtMost(3), "written_per_changed", "written 67108864"),
        new(11, "bytes written per byte updated, journal as large as the file", AtMost(3), "written_per_changed", "written 4096"),

        new(12, "create, 64 callers, encrypted / plain", AtLeast(0.6), Throughput, "engine-encrypted create 64 10000", Create64),
        new(12, "time of `GetAsync` plain / encrypted", AtLeast(0.8), "get_ns", "get engine", "get engine-encrypted"),

        new(13, "bytes of a live key actor", AtMost(900), "actor_bytes", "actors 100000"),

        // Rows 14 and 15: what came after 0.4.0.
        new(14, "web, 64 callers, relaxed, client / mdc", AtLeast(1), Throughput, WebRelaxed, Mdc),
        new(14, "… / cdict", AtLeast(0.3), Throughput, WebRelaxed, "cdict web 64 10000"),
        new(14, "… / cdict-fasterlog-relaxed", AtLeast(0.8), Throughput, WebRelaxed, "cdict-fasterlog-relaxed web 64 10000"),
        new(14, "… / rocksdb-relaxed", null, Throughput, WebRelaxed, "rocksdb-relaxed web 64 10000"),
        new(14, "…: fastest / slowest of ten rounds", AtMost(1.3), Throughput, WebRelaxed) { IsSpread = true },
        new(14, "the same of mdc", null, Throughput, Mdc) { IsSpread = true },
        new(14, "web, 64 callers, relaxed: p99 of writes, in µs", AtMost(500), WriteP99, $"{WebRelaxed} --fair"),
        new(14, "the same of rocksdb-relaxed", null, WriteP99, "rocksdb-relaxed web 64 10000 --fair"),

        new(15, "create, 1 caller / rocksdb", AtLeast(1.3), Throughput, "engine create 1 10000", "rocksdb create 1 10000"),
        new(15, "update, 64 callers / rocksdb-batch", AtLeast(2), Throughput, Update64, "rocksdb-batch update 64 10000"),
        new(15, "… / rocksdb", null, Throughput, Update64, "rocksdb update 64 10000"),
        new(15, "… / lmdb", null, Throughput, Update64, "lmdb update 64 10000"),
        new(15, "… / cdict-fasterlog", null, Throughput, Update64, "cdict-fasterlog update 64 10000"),
        new(15, "create, 64 callers / rocksdb-batch", null, Throughput, Create64, "rocksdb-batch create 64 10000"),
        new(15, "… / rocksdb", null, Throughput, Create64, "rocksdb create 64 10000"),
        new(15, "… / lmdb", null, Throughput, Create64, "lmdb create 64 10000"),
        new(15, "… / cdict-fasterlog", null, Throughput, Create64, "cdict-fasterlog create 64 10000"),

        // Lifetimes, lists and limits, each against the same without them.
        new(16, "`GetAsync` of a session with an idle timeout: ns more than without one and a look at the clock", AtMost(5), "more_ns", "timed-get"),
        new(16, "…: bytes allocated", AtMost(0), "get_bytes", "timed-get"),
        new(16, "web, 64 callers, relaxed, idle timeout / none", AtLeast(0.9), Throughput, "engine-timed-relaxed web 64 10000", WebRelaxed),
        new(16, "web, 64 callers, durable, idle timeout / none", AtLeast(0.9), Throughput, "engine-timed web 64 10000", "engine web 64 10000"),
        new(16, "heap of 1,000,000 idle sessions, idle timeout / none", null, "heap_b_session", "heap engine-timed 1000000", Heap),
        new(16, "sweep of 1,000,000 sessions, none dead: ms of processor", AtMost(50), "sweep_cpu_ms", "sweep-none 1000000"),
        new(16, "…: longest read beside it, ms more than without it", AtMost(1), "sweep_pause_ms", "sweep-none 1000000"),
        new(16, "sweep of 1,000,000 sessions, all dead, under load: s", AtMost(60), "sweep_s", "sweep-all 1000000"),
        new(16, "list of 10 sessions, in µs", AtMost(5), "list_us", "list"),
        new(16, "durable create, 1 caller: 5 live and a limit of 5 / no limit", AtMost(1.3), "limited_per_free", "limited-create"),

        // Rows 1, 4, 9 and 12 in each mode of keeping secrets, each against the plain one.
        new(17, "time of `GetAsync`, hashed ids / plain", null, "get_ns", "get engine-hashed", "get engine"),
        new(17, "web, 64 callers, relaxed, hashed ids / plain", null, Throughput, "engine-hashed-relaxed web 64 10000", WebRelaxed),
        new(17, "…, AES-GCM / plain", null, Throughput, "engine-bound-relaxed web 64 10000", WebRelaxed),
        new(17, "…, rework with grace / plain", null, Throughput, "engine-grace-relaxed web 64 10000", WebRelaxed),
        new(17, "create, 64 callers, hashed ids / plain", null, Throughput, "engine-hashed create 64 10000", Create64),
        new(17, "…, AES-GCM / plain", null, Throughput, "engine-bound create 64 10000", Create64),
        new(17, "…, AES-GCM / jam's encryption", null, Throughput, "engine-bound create 64 10000", "engine-encrypted create 64 10000"),
        new(17, "heap of 1,000,000 idle sessions, hashed ids / plain", AtMost(1), "heap_b_session", "heap engine-hashed 1000000", Heap),
        new(17, "…, AES-GCM / plain", AtMost(1), "heap_b_session", "heap engine-bound 1000000", Heap),

        // ASP.NET Core on Kestrel, 64 connections of wrk, 1,000 sessions.
        new(18, "signed-in GET, our tickets / the self-contained cookie of 7 claims", AtLeast(0.97), Requests, "site tickets", "site cookie"),
        new(18, "bytes allocated by our calls in it / one `AuthenticationTicket.Clone()`", AtMost(1.2), "bytes_per_clone", "ticket-bytes"),
        new(18, "GET that reads and changes session state, durable / stock session in memory", AtLeast(0.8), Requests, "site state", "site stock-memory"),
        new(18, "… relaxed / stock session in memory", AtLeast(1), Requests, "site state-relaxed", "site stock-memory"),
        new(18, "… durable / stock session on Redis, synced each second", AtLeast(2), Requests, "site state", "site stock-redis"),
        new(18, "… durable / stock session on Redis, synced each time", AtLeast(2), Requests, "site state", "site stock-redis-always"),

        // What it costs to be listened to by OpenTelemetry's SDK, in turns with nobody on the same engine.
        new(19, "metrics listened to: time of a dictionary's get / of `GetAsync`", AtLeast(0.5), "dictionary_per_heard", "listened get metered"),
        new(19, "…: bytes allocated by `GetAsync`", AtMost(LessThanAnyObject), "heard_bytes", "listened get metered"),
        new(19, "nobody listens: time of a dictionary's get / of `GetAsync`", null, "dictionary_per_unheard", "listened get metered"),
        new(19, "metrics listened to: time of `GetAsync` / nobody listens", null, "heard_per_unheard", "listened get metered"),
        new(19, "…: time of a relaxed update, 1 caller / nobody listens", null, "heard_per_unheard", "listened update metered"),
        new(19, "…: bytes that it allocates more", null, "more_bytes", "listened update metered"),
        new(19, "…: time of a durable create, 1 caller / nobody listens", null, "heard_per_unheard", "listened create metered"),
        new(19, "metrics and all spans: time of a relaxed update, 1 caller / nobody listens", null, "heard_per_unheard", "listened update traced"),
        new(19, "…: bytes that it allocates more", null, "more_bytes", "listened update traced"),
        new(19, "…: time of a durable create, 1 caller / nobody listens", null, "heard_per_unheard", "listened create traced"),
    ];
}
