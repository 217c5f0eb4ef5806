using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>Reads are counted by each thread for itself: nothing is lost, whatever threads come and go, and whichever stores they read.</summary>
public sealed class ReadCellsSpec
{
    [Fact]
    public void Counts_of_all_threads_and_stores_add_up_also_of_threads_that_have_ended()
    {
        ReadCells[] stores = [new(), new(), new()];
        for (var round = 0; round < 3; round++)
        {
            OnThreads(8, thread =>
            {
                for (var i = 0; i < 3000; i++)
                {
                    stores[(thread + i) % 3].Found();
                    stores[i % 3].Missing();
                    stores[0].Unknown();
                }
            });
        }

        Assert.All(stores, store => Assert.Equal((24_000, 24_000), (store.Total().Found, store.Total().Missing)));
        Assert.Equal([72_000, 0, 0], stores.Select(store => store.Total().Unknown));
    }

    [Fact]
    public void A_store_that_has_ended_is_no_longer_counted_for_and_disturbs_no_other()
    {
        var (first, second) = (new ReadCells(), new ReadCells());
        first.Found();
        second.Found();
        first.Found();
        first.Close();
        second.Found();
        first.Found();
        second.Found();
        Assert.Equal((2, 3), (first.Total().Found, second.Total().Found));
    }

    [Fact]
    public void Counting_allocates_nothing_once_a_thread_has_its_cells()
    {
        var (first, second) = (new ReadCells(), new ReadCells());
        first.Found();
        second.Found();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            first.Found();
            second.Missing();
            second.Unknown();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void OnThreads(int count, Action<int> action)
    {
        var threads = Enumerable.Range(0, count).Select(number => new Thread(() => action(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
