using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Documents in file order, under the changes of a journal.</summary>
internal sealed class DocumentReplay(List<Document> documents)
{
    private readonly List<Document?> _documents = [.. documents];
    private Dictionary<long, int>? _places;

    public void Apply(long documentId, Document? document)
    {
        _places ??= _documents.Select((d, place) => (d!, place)).Where(d => !d.Item1.IsOpaque).ToDictionary(d => d.Item1.DocumentId, d => d.place);
        if (document is null)
        {
            if (_places.Remove(documentId, out var place))
            {
                _documents[place] = null;
            }
        }
        else if (_places.TryGetValue(documentId, out var place))
        {
            _documents[place] = document;
        }
        else
        {
            _places[documentId] = _documents.Count;
            _documents.Add(document);
        }
    }

    public IReadOnlyList<Document> Documents() => _places is null ? documents : _documents.OfType<Document>().ToList();
}
