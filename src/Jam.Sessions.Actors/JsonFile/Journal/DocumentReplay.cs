using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Documents in file order, under the changes of a journal.</summary>
/// <param name="documents">Those of the file.</param>
/// <param name="now">UTC ticks: when they are read.</param>
internal sealed class DocumentReplay(List<Document> documents, long now) : IJournalReplay
{
    private readonly List<Document?> _documents = [.. documents];
    private Dictionary<long, int>? _places;

    public void Put(long documentId, Document? document)
    {
        var places = Places();
        if (document is null)
        {
            if (places.Remove(documentId, out var place))
            {
                _documents[place] = null;
            }
        }
        else if (places.TryGetValue(documentId, out var place))
        {
            _documents[place] = document;
        }
        else
        {
            places[documentId] = _documents.Count;
            _documents.Add(document);
        }
    }

    public void See(long documentId, uint until)
    {
        if (Places().TryGetValue(documentId, out var place) && _documents[place] is { Terms: not null } session)
        {
            session.Restore(until, now);
        }
    }

    public IReadOnlyList<Document> Documents() => _places is null ? documents : _documents.OfType<Document>().ToList();

    private Dictionary<long, int> Places() =>
        _places ??= _documents.Select((d, place) => (d!, place)).Where(d => !d.Item1.IsOpaque).ToDictionary(d => d.Item1.DocumentId, d => d.place);
}
